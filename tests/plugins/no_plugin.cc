// A shared object that is no plug-in.
extern "C" __attribute__((visibility("default"))) int tarn_other_function();

int tarn_other_function() { return 0; }
