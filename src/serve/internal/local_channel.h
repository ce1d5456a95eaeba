// What the command line on this machine asks a running server, beside the public API: live rows and
// the list of tables. Loopback only, with the token that only the data directory's owner can read.
#pragma once

#include <string>

#include "base/error.h"
#include "base/json.h"
#include "serve/http_message.h"
#include "serve/worker_pool.h"

namespace tarn::serve {

/// Answers for the local channel. Implemented in app/.
/// Threads: any.
class LocalDesk {
 public:
  virtual ~LocalDesk() = default;
  /// in       request: `{"database": …, "table": …, "at": …}`
  /// returns  bytes whose form app/ knows at both ends
  /// errors   kNotFound, kInvalid
  virtual Result<std::string> TableRows(const Json& request) = 0;
  /// in       request: `{"database": …}`, or {} for all. returns  as TableRows
  virtual Result<std::string> Tables(const Json& request) = 0;
};

/// `POST /internal/v1/table` and `/internal/v1/tables`.
/// Threads: any. Answered from the worker pool.
class LocalChannel {
 public:
  /// in  token: not empty; desk, workers: lent for this object's life, and until its last reply is
  /// sent
  LocalChannel(std::string token, LocalDesk& desk, WorkerPool& workers)
      : token_(std::move(token)), desk_(desk), workers_(workers) {}

  void TableRows(const Request& request, const Responder& responder) const;
  void Tables(const Request& request, const Responder& responder) const;

 private:
  using Question = Result<std::string> (LocalDesk::*)(const Json&);
  void Ask(Question question, const Request& request, const Responder& responder) const;
  Status Admit(const Request& request) const;

  const std::string token_;
  LocalDesk& desk_;
  WorkerPool& workers_;
};

}  // namespace tarn::serve
