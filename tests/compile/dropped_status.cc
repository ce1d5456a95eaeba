// expect: ignoring return value|discard
#include "base/error.h"

tarn::Status Save();

void Caller() { Save(); }
