#include "app/generate_sessions.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/format.h"
#include "base/time.h"
#include "base/units.h"
#include "bench/random.h"
#include "crypto/digest.h"

namespace tarn::app {
namespace {

using bench::Random;

constexpr size_t kPieceBytes = 1 * kMiB;
constexpr int64_t kFirstSecond = 1'625'097'600;     // 2021-07-01 00:00:00 UTC
constexpr uint64_t kSpanSeconds = 730ULL * 86'400;  // until 2023-07-01
constexpr unsigned kDuplicatePercent = 2;

constexpr std::array kFirstNames = {"Anna", "Jan",   "Piotr", "Zofia",  "John", "Mary",
                                    "Wei",  "Aisha", "José",  "Łukasz", "Olga", "Tom"};
constexpr std::array kLastNames = {"Nowak", "Smith", "García", "Müller", "Kowalska",
                                   "Li",    "Khan",  "Brown",  "Żak",    "Silva"};
constexpr std::array kMetrics = {"pulse",       "weight",   "glucose",   "spo2",
                                 "temperature", "systolic", "diastolic", "steps"};

template <size_t N>
const char* Pick(const std::array<const char*, N>& choices, Random* random) {
  return choices[random->Below(N)];
}

enum class State { kAnonymousVisited, kAccountCreated, kMeasurementRecorded, kLost };

const char* StateName(State state) {
  switch (state) {
    case State::kAnonymousVisited:
      return "anonymous_visited";
    case State::kAccountCreated:
      return "account_created";
    case State::kMeasurementRecorded:
      return "measurement_recorded";
    case State::kLost:
      break;
  }
  return "lost";
}

State NextState(State state, Random* random) {
  const uint64_t draw = random->Below(100);
  switch (state) {
    case State::kAnonymousVisited:
      return draw < 40   ? State::kAnonymousVisited
             : draw < 80 ? State::kAccountCreated
                         : State::kLost;
    case State::kAccountCreated:
      return draw < 70 ? State::kMeasurementRecorded : State::kLost;
    case State::kMeasurementRecorded:
      return draw < 90 ? State::kMeasurementRecorded : State::kLost;
    case State::kLost:
      break;
  }
  return State::kLost;
}

std::string Device(Random* random) {
  // One draw a statement: the order in which arguments are evaluated is the compiler's.
  if (random->Percent(60)) {
    const uint64_t major = 1 + random->Below(4);
    const uint64_t minor = random->Below(5);
    return Format("Android {}.{}.{}", major, minor, random->Below(6));
  }
  const uint64_t major = 9 + random->Below(8);
  return Format("iOS {}.{}", major, random->Below(7));
}

std::string SessionId(Random* random) {
  static constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string id;
  for (int i = 0; i < 20; ++i) id.push_back(kLetters[random->Below(kLetters.size())]);
  return id;
}

// Seconds until the next event: mostly short, sometimes long; 90 s on average.
uint64_t Pause(Random* random) {
  uint64_t scale = 45;
  while (scale < 45'000 && random->Percent(25)) scale *= 2;
  return 1 + random->Below(scale * 2);
}

std::string LowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

// One walk from the first visit until the session is lost.
class Session {
 public:
  Session(uint64_t number, Random* random)
      : number_(number),
        random_(random),
        device_(Device(random)),
        id_(SessionId(random)),
        second_(kFirstSecond + static_cast<int64_t>(random->Below(kSpanSeconds - 40 * 86'400))) {}

  void Walk(const std::function<void(std::string)>& emit) {
    for (State state = State::kAnonymousVisited; state != State::kLost;
         state = NextState(state, random_)) {
      std::string line = Line(state);
      if (random_->Percent(kDuplicatePercent)) emit(line);
      emit(std::move(line));
      second_ += static_cast<int64_t>(Pause(random_));
    }
  }

 private:
  std::string Payload(State state) {
    std::string payload = Format("{{\"dvce_os\": \"{}\", \"session_id\": \"{}\"", device_, id_);
    if (state == State::kAccountCreated) {
      const char* first = Pick(kFirstNames, random_);
      const char* last = Pick(kLastNames, random_);
      payload += Format(
          ", \"first_name\": \"{}\", \"last_name\": \"{}\", \"email\": \"{}.{}@example.com\"",
          first, last, LowerCase(id_.substr(0, 6)), number_);
    }
    if (state == State::kMeasurementRecorded) {
      uint64_t hundredths = 2000;  // the sum of four draws: a bell around 80
      for (int i = 0; i < 4; ++i) hundredths += random_->Below(3000);
      payload += Format(", \"metric\": \"{}\", \"value\": {}.{:02}", Pick(kMetrics, random_),
                        hundredths / 100, hundredths % 100);
    }
    return payload + "}";
  }

  std::string Line(State state) {
    const std::string payload = Payload(state);
    std::string escaped;
    for (const char c : payload) {
      if (c == '"') escaped.push_back('\\');
      escaped.push_back(c);
    }
    std::string time = FormatTimestamp(second_ * kMicrosPerSecond, TimeStyle::kIsoPlain);
    time[10] = ' ';
    return Format(
        "{{\"name\": \"{}\", \"tstamp\": \"{}\", \"payload\": \"{}\", \"payload_md5\": \"{}\"}}\n",
        StateName(state), time, escaped, crypto::Hex(crypto::Md5(payload)));
  }

  uint64_t number_;
  Random* random_;
  std::string device_;
  std::string id_;
  int64_t second_;
};

}  // namespace

Result<uint64_t> GenerateSessions(uint64_t sessions, uint64_t seed,
                                  const std::function<Status(std::string_view)>& write) {
  if (sessions == 0 || sessions > kSessionsMax) {
    return Fail(ErrorKind::kInvalid, "{} sessions: 1 to {} are possible", sessions, kSessionsMax);
  }
  Random random(seed);
  std::string text;
  std::vector<std::pair<uint64_t, uint32_t>> lines;  // offset, length
  for (uint64_t i = 0; i < sessions; ++i) {
    Session(i, &random).Walk([&](const std::string& line) {
      lines.emplace_back(text.size(), static_cast<uint32_t>(line.size()));
      text += line;
    });
  }
  for (size_t i = lines.size(); i > 1; --i) std::swap(lines[i - 1], lines[random.Below(i)]);
  std::string piece;
  for (const auto& [offset, length] : lines) {
    piece.append(text, offset, length);
    if (piece.size() >= kPieceBytes) TRY(write(std::exchange(piece, {})));
  }
  TRY(write(piece));
  return lines.size();
}

Result<uint64_t> GenerateSensors(uint64_t seed,
                                 const std::function<Status(std::string_view)>& write) {
  constexpr uint64_t kSensors = 10;
  constexpr uint64_t kSamples = 25'000;
  Random random(seed);
  std::array<uint64_t, kSensors> level{};
  for (uint64_t& start : level) start = 1500 + random.Below(1000);  // hundredths
  std::string piece;
  for (uint64_t sample = 0; sample < kSamples; ++sample) {
    for (uint64_t sensor = 0; sensor < kSensors; ++sensor) {
      level[sensor] = std::max<uint64_t>(level[sensor] + random.Below(21), 310) -
                      10;  // a walk that never freezes
      const int64_t second = kFirstSecond + static_cast<int64_t>(sample * 60 + sensor);
      std::string time = FormatTimestamp(second * kMicrosPerSecond, TimeStyle::kIsoPlain);
      time[10] = ' ';
      piece += Format("{{\"sensor_id\": {}, \"event_time\": \"{}\", \"measure\": {}.{:02}}}\n",
                      sensor + 1, time, level[sensor] / 100, level[sensor] % 100);
    }
    if (piece.size() >= kPieceBytes) TRY(write(std::exchange(piece, {})));
  }
  TRY(write(piece));
  return kSensors * kSamples;
}

}  // namespace tarn::app
