#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <chrono>
#include <thread>

#include "base/log.h"
#include "catalog/store/sqlite_session_internal.h"
#include "codec/text.h"
#include "os/files.h"

namespace tarn::catalog {
namespace {

ErrorKind KindOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorKind::kCorrupt;
    case SQLITE_CONSTRAINT:
      return ErrorKind::kConflict;
    default:
      return ErrorKind::kIo;
  }
}

/// Sessions as the pool makes them. in  name: a path, or a `file:` URI
std::unique_ptr<soci::session> Connect(const std::string& name, StoreAccess access) {
  soci::connection_parameters parameters(*soci::factory_sqlite3(), "");
  parameters.set_option("dbname", name);
  parameters.set_option("timeout", Format("{}", SqliteSessions::kBusyTimeoutSeconds));
  if (access == StoreAccess::kReadOnly) parameters.set_option("readonly", "true");
  return std::make_unique<soci::session>(parameters);
}

/// A path as SQLite's URI takes it.
std::string ImmutableUri(const std::string& path) {
  return Format("file:{}?immutable=1", codec::EncodePercentPath(path));
}

/// SQLite does not wait here for another process that is making the same database, so we do.
void UseWal(soci::session& session) {
  constexpr std::chrono::milliseconds kWait(10);
  for (std::chrono::milliseconds waited(0);; waited += kWait) {
    try {
      std::string mode;
      session << "PRAGMA journal_mode=WAL", soci::into(mode);
      return;
    } catch (const soci::sqlite3_soci_error& error) {
      if (KindOf(error.result()) != ErrorKind::kUnavailable) throw;
      if (waited >= std::chrono::seconds(SqliteSessions::kBusyTimeoutSeconds)) throw;
    }
    std::this_thread::sleep_for(kWait);
  }
}

bool Exists(const std::string& path) { return os::PosixFiles().Stat(path).has_value(); }

}  // namespace

Error FromSqlException() {
  try {
    throw;
  } catch (const soci::sqlite3_soci_error& error) {
    return Error(KindOf(error.result()), Format("catalog database: {}", error.what()));
  } catch (const std::exception& error) {
    return Error(ErrorKind::kIo, Format("catalog database: {}", error.what()));
  }
}

Result<SqliteSessions::Loan> SqliteSessions::Borrow() {
  {
    MutexLock lock(mutex_);
    while (idle_.empty() && open_ >= kSessionsMax) returned_.Wait(mutex_);
    if (MustReopen()) {
      open_ -= idle_.size();
      idle_.clear();
    }
    if (!idle_.empty()) {
      Loan loan(*this, std::move(idle_.back()));
      idle_.pop_back();
      return loan;
    }
    ++open_;
  }
  auto session = access_ == StoreAccess::kReadOnly ? OpenReadOnlySession() : OpenSession();
  if (!session) {
    Return(nullptr);
    return std::unexpected(std::move(session).error().While("opening {}", path_));
  }
  return Loan(*this, *std::move(session));
}

void SqliteSessions::Return(std::unique_ptr<soci::session> session) {
  MutexLock lock(mutex_);
  if (session == nullptr) {
    --open_;
  } else {
    idle_.push_back(std::move(session));
  }
  returned_.NotifyOne();
}

/// An immutable session does not see what a server that started since has written.
bool SqliteSessions::MustReopen() { return is_immutable_ && Exists(path_ + "-wal"); }

Result<std::unique_ptr<soci::session>> SqliteSessions::OpenSession() {
  return GuardSql([&] {
    auto session = Connect(path_, access_);
    // As a statement: SOCI's own option leaks the connection where it fails.
    *session << "PRAGMA synchronous=FULL";
    std::string mode;
    *session << "PRAGMA journal_mode", soci::into(mode);
    if (mode != "wal") UseWal(*session);
    return session;
  });
}

/// A WAL database wants its -shm file even for reading. Where there is none and this user cannot
/// make one, nobody else has it open for writing in this directory either: then it is read as a
/// file that does not change.
Result<std::unique_ptr<soci::session>> SqliteSessions::OpenReadOnlySession() {
  if (!Exists(path_)) return Fail(ErrorKind::kNotFound, "there is no catalog");
  const auto open = [](const std::string& name) {
    return GuardSql([&] {
      auto session = Connect(name, StoreAccess::kReadOnly);
      int count = 0;
      *session << "SELECT count(*) FROM sqlite_schema", soci::into(count);
      return session;
    });
  };
  auto session = open(path_);
  if (session || session.error().kind() != ErrorKind::kIo || Exists(path_ + "-wal")) return session;
  auto immutable = open(ImmutableUri(path_));
  if (!immutable) return session;
  MutexLock lock(mutex_);
  is_immutable_ = true;
  return immutable;
}

}  // namespace tarn::catalog
