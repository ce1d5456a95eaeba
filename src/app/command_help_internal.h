// How the command line explains itself: help with examples first, and what is said of a command
// line that is wrong.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tarn::app {

/// What a command does, examples, then how it is called: the app's footer holds the examples, and
/// keeps its lines as they are.
class HelpText : public CLI::Formatter {
 public:
  HelpText();
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

/// One line on what is wrong, with the nearest name where a name is unknown, and where help is.
///
/// in  app: that refused the arguments with `error`
std::string Explain(const CLI::App& app, const CLI::ParseError& error, int argument_count,
                    const char* const* arguments);

}  // namespace tarn::app
