#include "base/metrics.h"

#include <map>

#include "base/format.h"
#include "base/mutex.h"

namespace tarn {
namespace {

struct Series {
  std::unique_ptr<Counter> counter;
  std::unique_ptr<Gauge> gauge;
  std::unique_ptr<Histogram> histogram;
};

struct Family {
  std::string help;
  std::map<std::string, Series> series;  // by rendered labels
};

std::string Escape(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out += "\\n";
    } else {
      out.push_back(c);
    }
  }
  return out;
}

std::string RenderLabels(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out.push_back(',');
    out += Format("{}=\"{}\"", name, Escape(value));
  }
  return out;
}

std::string Braced(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

void RenderHistogram(const std::string& name, const std::string& labels, const Histogram& histogram,
                     std::string* out) {
  const std::string comma = labels.empty() ? "" : ",";
  uint64_t total = 0;
  for (size_t i = 0; i < Histogram::kBuckets; ++i) {
    total += histogram.bucket(i);
    const std::string bound =
        i + 1 < Histogram::kBuckets ? Format("{}", Histogram::kBounds[i]) : "+Inf";
    *out += Format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, bound, total);
  }
  *out += Format("{}_sum{} {}\n{}_count{} {}\n", name, Braced(labels), histogram.sum(), name,
                 Braced(labels), total);
}

}  // namespace

void Histogram::Observe(double seconds) {
  size_t index = 0;
  while (index + 1 < kBuckets && seconds > kBounds[index]) ++index;
  buckets_[index].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(seconds, std::memory_order_relaxed);
}

struct MetricsRegistry::State {
  mutable Mutex mutex;
  std::map<std::string, Family, std::less<>> families GUARDED_BY(mutex);

  Series& Get(std::string_view name, std::string_view help, const Labels& labels) REQUIRES(mutex) {
    Family& family = families[std::string(name)];
    if (family.help.empty()) family.help = help;
    return family.series[RenderLabels(labels)];
  }
};

MetricsRegistry::MetricsRegistry() : state_(std::make_unique<State>()) {}
MetricsRegistry::~MetricsRegistry() = default;

Counter& MetricsRegistry::GetCounter(std::string_view name, std::string_view help,
                                     const Labels& labels) {
  MutexLock lock(state_->mutex);
  Series& series = state_->Get(name, help, labels);
  if (!series.counter) series.counter = std::make_unique<Counter>();
  return *series.counter;
}

Gauge& MetricsRegistry::GetGauge(std::string_view name, std::string_view help,
                                 const Labels& labels) {
  MutexLock lock(state_->mutex);
  Series& series = state_->Get(name, help, labels);
  if (!series.gauge) series.gauge = std::make_unique<Gauge>();
  return *series.gauge;
}

Histogram& MetricsRegistry::GetHistogram(std::string_view name, std::string_view help,
                                         const Labels& labels) {
  MutexLock lock(state_->mutex);
  Series& series = state_->Get(name, help, labels);
  if (!series.histogram) series.histogram = std::make_unique<Histogram>();
  return *series.histogram;
}

std::string MetricsRegistry::Render() const {
  MutexLock lock(state_->mutex);
  std::string out;
  for (const auto& [name, family] : state_->families) {
    const Series& first = family.series.begin()->second;
    const char* type = first.counter ? "counter" : first.gauge ? "gauge" : "histogram";
    out += Format("# HELP {} {}\n# TYPE {} {}\n", name, family.help, name, type);
    for (const auto& [labels, series] : family.series) {
      if (series.counter) out += Format("{}{} {}\n", name, Braced(labels), series.counter->value());
      if (series.gauge) out += Format("{}{} {}\n", name, Braced(labels), series.gauge->value());
      if (series.histogram) RenderHistogram(name, labels, *series.histogram, &out);
    }
  }
  return out;
}

MetricsRegistry& Metrics() {
  static MetricsRegistry registry;
  return registry;
}

}  // namespace tarn
