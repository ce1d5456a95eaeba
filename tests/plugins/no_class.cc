// A plug-in that makes no class known.
#include <tarn/derived_stream.h>

TARN_DERIVED_PLUGIN()
