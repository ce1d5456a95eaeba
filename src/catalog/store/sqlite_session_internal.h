// One connection to the catalog's SQLite file, and the pool that lends them to threads. SOCI's
// types stay in this folder.
#pragma once

#include <soci/soci.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/mutex.h"
#include "catalog/store/pointer_store.h"

namespace tarn::catalog {

/// What SQLite threw, by what the caller does next. in  call only within a catch
Error FromSqlException();

/// Call `function`; what SOCI and SQLite throw becomes an Error.
template <class F>
auto GuardSql(F&& function) -> Result<decltype(function())> {
  try {
    if constexpr (std::is_void_v<decltype(function())>) {
      function();
      return {};
    } else {
      return function();
    }
  } catch (...) {
    return std::unexpected(FromSqlException());
  }
}

/// Connections to one file: up to kSessionsMax, made when needed, used by one thread at a time.
/// Threads: any.
class SqliteSessions {
 public:
  static constexpr size_t kSessionsMax = 8;
  static constexpr int kBusyTimeoutSeconds = 5;

  SqliteSessions(std::string path, StoreAccess access) : path_(std::move(path)), access_(access) {}

  /// A session on loan; it goes back when this is destroyed.
  class Loan {
   public:
    Loan(SqliteSessions& owner, std::unique_ptr<soci::session> session)
        : owner_(&owner), session_(std::move(session)) {}
    Loan(Loan&& other) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (owner_ != nullptr) owner_->Return(std::move(session_));
    }
    soci::session& operator*() { return *session_; }
    /// Close the session instead of lending it again: its transaction's end is unknown.
    void Drop() { session_.reset(); }

   private:
    struct NoDelete {
      void operator()(SqliteSessions*) const {}
    };
    std::unique_ptr<SqliteSessions, NoDelete> owner_;  // moved from: empty
    std::unique_ptr<soci::session> session_;
  };

  /// Wait for a session, or open one. errors  kNotFound, kIo, kUnavailable, kCorrupt
  Result<Loan> Borrow();

 private:
  friend class Loan;
  void Return(std::unique_ptr<soci::session> session);
  Result<std::unique_ptr<soci::session>> OpenSession();
  Result<std::unique_ptr<soci::session>> OpenReadOnlySession();
  bool MustReopen() REQUIRES(mutex_);

  const std::string path_;
  const StoreAccess access_;
  Mutex mutex_;
  CondVar returned_;
  std::vector<std::unique_ptr<soci::session>> idle_ GUARDED_BY(mutex_);
  size_t open_ GUARDED_BY(mutex_) = 0;
  bool is_immutable_ GUARDED_BY(mutex_) = false;
};

}  // namespace tarn::catalog
