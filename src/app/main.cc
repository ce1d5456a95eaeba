#include "app/command_line.h"

int main(int argument_count, char** arguments) {
  return tarn::app::RunCommandLine(argument_count, arguments);
}
