// A plug-in that says that it is of another time.
extern "C" __attribute__((visibility("default"))) const char* tarn_derived_abi();
extern "C" __attribute__((visibility("default"))) void* tarn_derived_streams();

const char* tarn_derived_abi() { return "tarn-derived-0 4.2"; }
void* tarn_derived_streams() { return nullptr; }
