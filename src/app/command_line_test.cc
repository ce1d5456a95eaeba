#include "app/command_line.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tarn::app {
namespace {

struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};

Outcome RunTarn(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "tarn");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Outcome outcome;
  outcome.status = RunCommandLine(static_cast<int>(pointers.size()), pointers.data());
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(CommandLine, AWrongOneIsToldInOneLineAndExitsWith2) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{"serv"},
       "tarn: there is no command 'serv'; did you mean 'serve'? 'tarn --help' lists them"},
      {{"xyzzy"}, "tarn: there is no command 'xyzzy'. 'tarn --help' lists them"},
      {{"stream", "lst"},
       "tarn stream: there is no command 'lst'; did you mean 'list'? 'tarn stream --help' lists "
       "them"},
      {{"stream"},
       "tarn stream: a command is missing: create, list, describe, delete, put, import-keys. 'tarn "
       "stream "
       "--help' shows examples"},
      {{"query", "--dta=x", "q"},
       "tarn query: there is no option '--dta'; did you mean '--data'? 'tarn query --help' lists "
       "them"},
      {{"query"}, "tarn query: sql is required. 'tarn query --help' shows examples"},
      {{"serve", "--listen", "here"},
       "tarn serve: --listen: 'here': HOST:PORT is expected, as in 127.0.0.1:8080. 'tarn serve "
       "--help' shows examples"},
      {{"table", "list", "--output", "xml"},
       "tarn table list: --output: xml not in {table,json}. 'tarn table list --help' shows "
       "examples"},
  };
  for (const auto& [arguments, text] : cases) {
    const Outcome outcome = RunTarn(arguments);
    EXPECT_EQ(outcome.status, 2) << text;
    EXPECT_EQ(outcome.err, text + "\n");
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(CommandLine, AnEmptyChoiceOfDirectoryIsAWrongCommandLine) {
  setenv("TARN_CONFIG", "/dev/null", 1);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"serve"}, {"query", "SELECT 1"}, {"table", "list"}, {"doctor"}}) {
    const Outcome outcome = RunTarn(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments.front();
    EXPECT_TRUE(outcome.err.starts_with("tarn: which directory? Say --data DIR")) << outcome.err;
  }
  unsetenv("TARN_CONFIG");
}

TEST(CommandLine, WhatIsNotThereExitsWith3) {
  EXPECT_EQ(RunTarn({"query", "SELECT 1", "--data", testing::TempDir()}).status, 3);
}

// Examples come first, keep their lines, and are the command's own.
TEST(CommandLine, EveryHelpBeginsWithItsExamples) {
  const std::vector<std::vector<std::string>> commands = {{"serve"},
                                                          {"stream", "create"},
                                                          {"stream", "list"},
                                                          {"stream", "describe"},
                                                          {"stream", "put"},
                                                          {"stream", "delete"},
                                                          {"generate", "sessions"},
                                                          {"send"},
                                                          {"query"},
                                                          {"table", "list"},
                                                          {"table", "describe"},
                                                          {"table", "snapshots"},
                                                          {"config", "show"},
                                                          {"config", "check"},
                                                          {"doctor"},
                                                          {"heka", "cat"},
                                                          {"heka", "make"},
                                                          {"convert"},
                                                          {"load"},
                                                          {"bench", "convert"},
                                                          {"bench", "shapes"},
                                                          {"bench", "ingest"},
                                                          {"bench", "query"},
                                                          {}};
  for (std::vector<std::string> command : commands) {
    std::string name = "tarn";
    for (const std::string& word : command) name += " " + word;
    command.emplace_back("--help");
    const Outcome outcome = RunTarn(command);
    EXPECT_EQ(outcome.status, 0) << name;
    const size_t examples = outcome.out.find("\n\nExamples:\n  tarn ");
    EXPECT_NE(examples, std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("\n  " + name), std::string::npos) << outcome.out;
    EXPECT_LT(examples, outcome.out.find("\nUsage: " + name + " [OPTIONS]")) << outcome.out;
    EXPECT_EQ(outcome.out.find(" \n"), std::string::npos) << "blanks at the end of a line";
  }
}

}  // namespace
}  // namespace tarn::app
