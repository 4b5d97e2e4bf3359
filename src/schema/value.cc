// Comparing JSON values. Numbers are compared in long double, whose 64 bits of mantissa hold every int64, uint64 and double
// exactly. Multiples are decided in whole decimal arithmetic: both numbers are written as m * 10^e from their shortest
// spelling, and the remainder is taken modulo the divisor's m with 128-bit products. Objects are hashed as the sum of
// their members' hashes, so the order does not matter; large objects are compared after sorting their keys.
#include "schema/value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace entente::schema {
namespace {

static_assert(std::numeric_limits<long double>::digits >= 64, "compare() needs an exact common type");

__extension__ using Wide = unsigned __int128;

long double widen(const Number& n) {
  switch (n.kind) {
    case Number::Kind::signed_integer: return static_cast<long double>(n.i);
    case Number::Kind::unsigned_integer: return static_cast<long double>(n.u);
    case Number::Kind::real: break;
  }
  return static_cast<long double>(n.d);
}

// |n| as mantissa * 10^exponent, mantissa without trailing zeros.
struct Decimal {
  std::uint64_t mantissa = 0;
  int exponent = 0;
};

Decimal to_decimal(const Number& n) {
  Decimal out;
  if (n.kind == Number::Kind::unsigned_integer) {
    out.mantissa = n.u;
  } else if (n.kind == Number::Kind::signed_integer) {
    out.mantissa = n.i < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(n.i) : static_cast<std::uint64_t>(n.i);
  } else {
    char text[64];  // scientific: d.ddde±xx, at most 17 digits
    const auto end = std::to_chars(text, text + sizeof text, std::fabs(n.d), std::chars_format::scientific);
    const std::string_view spelled(text, static_cast<std::size_t>(end.ptr - text));
    const std::size_t e = spelled.find('e');
    for (const char c : spelled.substr(0, e)) {
      if (c == '.') continue;
      out.mantissa = out.mantissa * 10 + static_cast<std::uint64_t>(c - '0');
    }
    std::string_view power = spelled.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::from_chars(power.data(), power.data() + power.size(), out.exponent);
    if (const std::size_t dot = spelled.find('.'); dot != std::string_view::npos) out.exponent -= static_cast<int>(e - dot - 1);
  }
  while (out.mantissa != 0 && out.mantissa % 10 == 0) {
    out.mantissa /= 10;
    ++out.exponent;
  }
  return out;
}

std::uint64_t power_of_ten_modulo(int exponent, std::uint64_t modulus) {
  Wide result = 1 % modulus;
  Wide base = 10 % modulus;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = result * base % modulus;
    base = base * base % modulus;
  }
  return static_cast<std::uint64_t>(result);
}

// SipHash-1-3 (Aumasson, Bernstein 2012) of a sequence of 64-bit words.
class Sip {
 public:
  Sip() : Sip(process_key()) {}

  void word(std::uint64_t m) {
    v3_ ^= m;
    round();
    v0_ ^= m;
    ++words_;
  }
  void text(std::string_view s) {
    word(s.size());
    std::size_t at = 0;
    for (; at + 8 <= s.size(); at += 8) {
      std::uint64_t m = 0;
      for (std::size_t k = 0; k < 8; ++k) m |= static_cast<std::uint64_t>(static_cast<unsigned char>(s[at + k])) << (8 * k);
      word(m);
    }
    std::uint64_t last = 0;
    for (std::size_t k = 0; at + k < s.size(); ++k) last |= static_cast<std::uint64_t>(static_cast<unsigned char>(s[at + k])) << (8 * k);
    word(last);
  }
  std::uint64_t finish() {
    word(words_);
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  struct Key {
    std::uint64_t a, b;
  };
  explicit Sip(const Key& key)
      : v0_(key.a ^ 0x736f6d6570736575u),
        v1_(key.b ^ 0x646f72616e646f6du),
        v2_(key.a ^ 0x6c7967656e657261u),
        v3_(key.b ^ 0x7465646279746573u) {}
  static const Key& process_key() {
    static const Key key = [] {
      std::random_device device;
      const auto draw = [&device] { return static_cast<std::uint64_t>(device()) << 32 | device(); };
      return Key{draw(), draw()};
    }();
    return key;
  }
  static std::uint64_t rotate(std::uint64_t x, int by) { return x << by | x >> (64 - by); }
  void round() {
    v0_ += v1_, v1_ = rotate(v1_, 13) ^ v0_, v0_ = rotate(v0_, 32);
    v2_ += v3_, v3_ = rotate(v3_, 16) ^ v2_;
    v0_ += v3_, v3_ = rotate(v3_, 21) ^ v0_;
    v2_ += v1_, v1_ = rotate(v1_, 17) ^ v2_, v2_ = rotate(v2_, 32);
  }
  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t words_ = 0;
};

enum Tag : std::uint64_t { tag_null, tag_false, tag_true, tag_integer, tag_real, tag_string, tag_array, tag_object };

void hash_number(Sip& sip, const Number& n) {
  if (is_integral(n)) {
    const long double wide = widen(n);
    if (wide >= -0x1p63L && wide < 0x1p63L) {
      sip.word(tag_integer);
      sip.word(static_cast<std::uint64_t>(static_cast<std::int64_t>(wide)));
      return;
    }
    if (wide >= 0 && wide < 0x1p64L) {
      sip.word(tag_integer);
      sip.word(static_cast<std::uint64_t>(wide));
      return;
    }
  }
  sip.word(tag_real);
  sip.word(std::hash<double>{}(n.d));
}

using MemberList = std::vector<std::pair<std::string_view, JsonView>>;

MemberList members_of(simdjson::dom::object object) {
  MemberList out;
  for (const auto field : object) out.emplace_back(field.key, field.value);
  return out;
}

bool equal_objects(simdjson::dom::object a, simdjson::dom::object b) {
  MemberList left = members_of(a);
  MemberList right = members_of(b);
  if (left.size() != right.size()) return false;
  const auto by_key = [](const auto& x, const auto& y) { return x.first < y.first; };
  std::sort(left.begin(), left.end(), by_key);
  std::sort(right.begin(), right.end(), by_key);
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i].first != right[i].first) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!deep_equal(left[i].second, right[i].second)) return false;
  return true;
}

bool equal_arrays(simdjson::dom::array a, simdjson::dom::array b) {
  auto left = a.begin();
  auto right = b.begin();
  for (; left != a.end() && right != b.end(); ++left, ++right)
    if (!deep_equal(*left, *right)) return false;
  return !(left != a.end()) && !(right != b.end());
}

}  // namespace

Number to_number(JsonView view) {
  Number n;
  switch (view.type()) {
    case simdjson::dom::element_type::INT64:
      n.kind = Number::Kind::signed_integer;
      n.i = view.get_int64().value_unsafe();
      break;
    case simdjson::dom::element_type::UINT64:
      n.kind = Number::Kind::unsigned_integer;
      n.u = view.get_uint64().value_unsafe();
      break;
    default: n.kind = Number::Kind::real; n.d = view.get_double().value_unsafe();
  }
  return n;
}

bool is_integral(const Number& n) { return n.kind != Number::Kind::real || std::trunc(n.d) == n.d; }

int compare(const Number& a, const Number& b) {
  const long double left = widen(a);
  const long double right = widen(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

bool is_multiple(const Number& n, const Number& divisor) {
  const Decimal a = to_decimal(n);
  const Decimal b = to_decimal(divisor);
  if (a.mantissa == 0) return true;
  if (b.mantissa == 0) return false;
  const int shift = a.exponent - b.exponent;
  if (shift >= 0) return static_cast<Wide>(a.mantissa) * power_of_ten_modulo(shift, b.mantissa) % b.mantissa == 0;
  // a / (b * 10^-shift): the divisor's mantissa is at least 1, so beyond 10^19 it is larger than any a.
  if (shift < -19) return false;
  Wide scaled = b.mantissa;
  for (int k = 0; k < -shift; ++k) scaled *= 10;
  return static_cast<Wide>(a.mantissa) % scaled == 0;
}

std::string spell(const Number& n) {
  switch (n.kind) {
    case Number::Kind::signed_integer: return std::to_string(n.i);
    case Number::Kind::unsigned_integer: return std::to_string(n.u);
    case Number::Kind::real: break;
  }
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, n.d);
  return {text, end.ptr};
}

bool deep_equal(JsonView a, JsonView b) {
  if (a.is_number() && b.is_number()) return compare(to_number(a), to_number(b)) == 0;
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case simdjson::dom::element_type::STRING: return a.get_string().value_unsafe() == b.get_string().value_unsafe();
    case simdjson::dom::element_type::BOOL: return a.get_bool().value_unsafe() == b.get_bool().value_unsafe();
    case simdjson::dom::element_type::ARRAY: return equal_arrays(a.get_array().value_unsafe(), b.get_array().value_unsafe());
    case simdjson::dom::element_type::OBJECT: return equal_objects(a.get_object().value_unsafe(), b.get_object().value_unsafe());
    default: return true;  // null
  }
}

std::uint64_t deep_hash(JsonView value) {
  Sip sip;
  if (value.is_number()) {
    hash_number(sip, to_number(value));
    return sip.finish();
  }
  switch (value.type()) {
    case simdjson::dom::element_type::STRING:
      sip.word(tag_string);
      sip.text(value.get_string().value_unsafe());
      break;
    case simdjson::dom::element_type::BOOL: sip.word(value.get_bool().value_unsafe() ? tag_true : tag_false); break;
    case simdjson::dom::element_type::ARRAY: {
      sip.word(tag_array);
      const simdjson::dom::array items = value.get_array().value_unsafe();
      for (const JsonView item : items) sip.word(deep_hash(item));
      break;
    }
    case simdjson::dom::element_type::OBJECT: {
      sip.word(tag_object);
      std::uint64_t sum = 0;
      const simdjson::dom::object fields = value.get_object().value_unsafe();
      for (const auto field : fields) {
        Sip member;
        member.text(field.key);
        member.word(deep_hash(field.value));
        sum += member.finish();
      }
      sip.word(sum);
      break;
    }
    default: sip.word(tag_null);
  }
  return sip.finish();
}

std::size_t count_code_points(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return n;
}

}  // namespace entente::schema
