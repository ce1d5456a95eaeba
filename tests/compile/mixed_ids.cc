// expect: could not convert|no matching function|cannot convert
#include "schema/ids.h"

void Read(tarn::StreamId stream);

void Caller() { Read(tarn::FieldId(1)); }
