#include <algorithm>
#include <string_view>
#include <vector>

#include "app/command_help_internal.h"
#include "app/nearest_name.h"
#include "base/format.h"

namespace tarn::app {
namespace {

constexpr size_t kNameColumn = 34;
constexpr size_t kChangesMax = 3;

// Without blanks at the ends of lines, and without two empty lines in a row.
std::string Tidied(std::string_view text) {
  std::string tidy;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = line.substr(0, line.find_last_not_of(' ') + 1);
    if (line.empty() && (tidy.empty() || tidy.ends_with("\n\n"))) continue;
    tidy.append(line);
    tidy += '\n';
  }
  while (tidy.ends_with("\n\n")) tidy.pop_back();
  return tidy;
}

// `tarn stream create`
std::string FullName(const CLI::App& app) {
  return app.get_parent() == nullptr ? app.get_name()
                                     : FullName(*app.get_parent()) + " " + app.get_name();
}

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string DidYouMean(const std::string& name, const std::vector<std::string>& known) {
  const auto nearest = NearestName(name, known, std::min(kChangesMax, name.size() / 2 + 1));
  return nearest ? Format("; did you mean '{}'?", *nearest) : ".";
}

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

HelpText::HelpText() {
  column_width(kNameColumn);
  enable_footer_formatting(false);
  enable_description_formatting(false);
  label("POSITIONALS", "ARGUMENTS");
  label("REQUIRED", "(required)");
}

std::string HelpText::make_help(const CLI::App* app, std::string name,
                                CLI::AppFormatMode mode) const {
  if (mode == CLI::AppFormatMode::Sub) return Formatter::make_help(app, name, mode);
  return Tidied(app->get_description() + "\n\n" + app->get_footer() + "\n\n" +
                Format("Usage: {}", FullName(*app)) + make_usage(app, " ").substr(2) +
                make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode));
}

std::string Explain(const CLI::App& app, const CLI::ParseError& error, int argument_count,
                    const char* const* arguments) {
  const CLI::App* command = &app;
  for (int i = 1; i < argument_count && !CommandsOf(*command).empty(); ++i) {
    const std::string word = arguments[i];
    if (word.starts_with('-')) continue;
    const CLI::App* next = command->get_subcommand_no_throw(word);
    if (next == nullptr) {
      return Format("{}: there is no command '{}'{} '{} --help' lists them", FullName(*command),
                    word, DidYouMean(word, CommandsOf(*command)), FullName(*command));
    }
    command = next;
  }
  const std::string name = FullName(*command);
  const std::vector<std::string> left = app.remaining(true);
  if (!left.empty() && left.front().starts_with("--")) {
    const std::string option = left.front().substr(0, left.front().find('='));
    return Format("{}: there is no option '{}'{} '{} --help' lists them", name, option,
                  DidYouMean(option, OptionsOf(*command)), name);
  }
  if (!CommandsOf(*command).empty()) {
    return Format("{}: a command is missing: {}. '{} --help' shows examples", name,
                  Joined(CommandsOf(*command)), name);
  }
  return Format("{}: {}. '{} --help' shows examples", name, error.what(), name);
}

}  // namespace tarn::app
