// expect: could not convert|no matching function|cannot convert
#include "schema/ids.h"

void Read(tarn::Lsn lsn);

void Caller() { Read(1); }
