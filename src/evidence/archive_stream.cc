// Zstandard streams under the tar reader and writer. libarchive has a filter of its own for this; it is not used because it writes
// no content checksum and stops reading at tar's end, so that altered padding or bytes hidden behind the archive would pass.
#include <fmt/format.h>
#include <locale.h>
#include <zstd.h>
#include <array>

#include "core/utf8.h"
#include "evidence/archive.h"

namespace entente::evidence {
namespace {

constexpr int kLevel = 6;
constexpr int kMaxWindowLog = 27;  // 128 MiB: what `zstd` itself accepts without being told otherwise
constexpr std::array<std::uint8_t, 4> kMagic = {0x28, 0xb5, 0x2f, 0xfd};
constexpr std::uint8_t kUnusedBit = 0x10;  // of the frame header descriptor, RFC 8878 section 3.1.1.1.1

struct FreeIn {
  void operator()(ZSTD_DStream* p) const { ZSTD_freeDStream(p); }
};
struct FreeOut {
  void operator()(ZSTD_CCtx* p) const { ZSTD_freeCCtx(p); }
};

}  // namespace

struct ArchiveInput::State {
  Fd fd;
  std::string shown;
  std::unique_ptr<ZSTD_DStream, FreeIn> zstd{ZSTD_createDStream()};
  Bytes in = Bytes(ZSTD_DStreamInSize());
  Bytes out = Bytes(ZSTD_DStreamOutSize());
  ZSTD_inBuffer pending{nullptr, 0, 0};
  bool frame_done = false;
  bool started = false;

  // Fills `pending`; false at the end of the file.
  Result<bool> fill();
};

Result<bool> ArchiveInput::State::fill() {
  ENTENTE_TRY(const std::size_t n, read_piece(fd.get(), in, shown));
  pending = {in.data(), n, 0};
  return n != 0;
}

ArchiveInput::ArchiveInput(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveInput::~ArchiveInput() = default;
ArchiveInput::ArchiveInput(ArchiveInput&&) noexcept = default;
const std::string& ArchiveInput::shown() const { return state_->shown; }

Result<ArchiveInput> ArchiveInput::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->shown = path.string();
  if (!state->zstd) return fail("not enough memory to decompress", {.file = state->shown});
  ZSTD_DCtx_setParameter(state->zstd.get(), ZSTD_d_windowLogMax, kMaxWindowLog);
  ENTENTE_TRY(state->fd, open_regular(path));
  ENTENTE_TRY(const bool any, state->fill());
  if (!any || state->pending.size < 5 || !std::equal(kMagic.begin(), kMagic.end(), state->in.begin()) || (state->in[4] & kUnusedBit) != 0)
    return fail("not a packed evidence bundle", {.file = state->shown},
                "it must be a folder with manifest.json, or a .tar.zst that entente packed");
  return ArchiveInput(std::move(state));
}

Result<ByteView> ArchiveInput::next() {
  State& s = *state_;
  while (true) {
    if (s.pending.pos == s.pending.size) {
      ENTENTE_TRY(const bool more, s.fill());
      if (!more && s.frame_done) return ByteView{};
      if (!more) return fail("the archive ends too early", {.file = s.shown}, "it was cut short; fetch it again");
    }
    if (s.frame_done) return fail("bytes behind the end of the archive", {.file = s.shown}, "something was appended to it");
    ZSTD_outBuffer out{s.out.data(), s.out.size(), 0};
    const std::size_t code = ZSTD_decompressStream(s.zstd.get(), &out, &s.pending);
    if (ZSTD_isError(code) != 0)
      return fail(fmt::format("the archive cannot be decompressed: {}", ZSTD_getErrorName(code)), {.file = s.shown},
                  "it was altered or damaged; fetch it again");
    s.frame_done = code == 0;
    if (out.pos != 0) return ByteView(s.out.data(), out.pos);
  }
}

struct ArchiveOutput::State {
  int fd = -1;
  std::string shown;
  std::unique_ptr<ZSTD_CCtx, FreeOut> zstd{ZSTD_createCCtx()};
  Bytes out = Bytes(ZSTD_CStreamOutSize());

  Result<void> compress(ByteView bytes, ZSTD_EndDirective end);
};

Result<void> ArchiveOutput::State::compress(ByteView bytes, ZSTD_EndDirective end) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  while (true) {
    ZSTD_outBuffer to{out.data(), out.size(), 0};
    const std::size_t left = ZSTD_compressStream2(zstd.get(), &to, &in, end);
    if (ZSTD_isError(left) != 0) return fail(fmt::format("cannot compress: {}", ZSTD_getErrorName(left)), {.file = shown});
    ENTENTE_CHECK(write_all(fd, ByteView(out).first(to.pos), shown));
    if (end == ZSTD_e_end ? left == 0 : in.pos == in.size) return {};
  }
}

ArchiveOutput::ArchiveOutput(std::unique_ptr<State> state) : state_(std::move(state)) {}
ArchiveOutput::~ArchiveOutput() = default;
ArchiveOutput::ArchiveOutput(ArchiveOutput&&) noexcept = default;

Result<ArchiveOutput> ArchiveOutput::make(int fd, std::string shown) {
  auto state = std::make_unique<State>();
  if (!state->zstd) return fail("not enough memory to compress", {.file = shown});
  ZSTD_CCtx_setParameter(state->zstd.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(state->zstd.get(), ZSTD_c_checksumFlag, 1);
  state->fd = fd;
  state->shown = std::move(shown);
  return ArchiveOutput(std::move(state));
}

Result<void> ArchiveOutput::write(ByteView bytes) { return state_->compress(bytes, ZSTD_e_continue); }
Result<void> ArchiveOutput::finish() { return state_->compress({}, ZSTD_e_end); }

Utf8Locale::Utf8Locale() {
  const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (made == nullptr) return;
  made_ = made;
  before_ = ::uselocale(made);
}

Utf8Locale::~Utf8Locale() {
  if (made_ == nullptr) return;
  ::uselocale(static_cast<locale_t>(before_));
  ::freelocale(static_cast<locale_t>(made_));
}

}  // namespace entente::evidence
