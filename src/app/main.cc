#include "app/command_line.h"
#include "os/open_files.h"

int main(int argument_count, char** arguments) {
  tarn::os::AllowManyOpenFiles();
  return tarn::app::RunCommandLine(argument_count, arguments);
}
