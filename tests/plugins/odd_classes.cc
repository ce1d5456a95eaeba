// A plug-in whose classes do what a class should not.
#include <tarn/derived_stream.h>

namespace {

class ThrowsInConstructor : public tarn::DerivedStream {
 public:
  ThrowsInConstructor() { throw std::runtime_error("no disk today"); }
  std::string stream_name() const override { return "s"; }
  std::string build_schema() const override { return "{}"; }
};
TARN_DERIVED_STREAM(ThrowsInConstructor);

class ThrowsAnInteger : public tarn::DerivedStream {
 public:
  std::string stream_name() const override { return "s"; }
  std::string build_schema() const override { throw 7; }
};
TARN_DERIVED_STREAM(ThrowsAnInteger);

class HasNoSchema : public tarn::DerivedStream {
 public:
  std::string stream_name() const override { return "s"; }
  std::string build_schema() const override {
    return tarn::SchemaBuilder("R").required("a", "integer").json();
  }
};
TARN_DERIVED_STREAM(HasNoSchema);

/// Of a name that is linked in.
class ExecutiveStream : public tarn::DerivedStream {
 public:
  std::string stream_name() const override { return "another"; }
  std::string build_schema() const override {
    return tarn::SchemaBuilder("R").optional("a", "string").json();
  }
};
TARN_DERIVED_STREAM(ExecutiveStream);

}  // namespace

TARN_DERIVED_PLUGIN()
