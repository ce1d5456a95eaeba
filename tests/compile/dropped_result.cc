// expect: ignoring return value|discard
#include "base/error.h"

tarn::Result<int> Load();

void Caller() { Load(); }
