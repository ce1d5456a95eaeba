// Makes the classes that are compiled with it a plug-in: once in each.
#include <tarn/derived_stream.h>

TARN_DERIVED_PLUGIN()
