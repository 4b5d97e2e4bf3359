// Reads advisories from folders, zips, JSON lines and JSON documents. Text is cut into one piece a record; pieces gather in
// batches of a few megabytes; a batch is parsed in parallel and handed on in order. So memory stays bounded by the batch, and
// the order of records (and of errors) does not depend on the number of threads.
#include "measures/p6_supply/advisory_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zstd.h>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "core/file.h"
#include "core/parallel.h"

namespace entente::measures::p6_supply {
namespace {

constexpr std::size_t kBatchBytes = std::size_t{8} << 20;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
constexpr std::size_t kKeptErrors = 20;

// --- Where bytes come from ------------------------------------------------------------------------------------------------

// A stream of bytes; fill() appends up to one chunk and says whether there may be more.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual Result<bool> fill(std::string& out) = 0;
};

class FileStream final : public ByteStream {
 public:
  explicit FileStream(const AdvisorySource& source) : source_(source) {}
  Result<bool> fill(std::string& out) override {
    if (source_.bytes) {
      const std::size_t n = std::min(kChunkBytes, source_.bytes->size() - at_);
      out.append(*source_.bytes, at_, n);
      at_ += n;
      return at_ < source_.bytes->size();
    }
    if (!file_) file_.reset(std::fopen(source_.path.c_str(), "rb"));
    if (!file_) return fail("cannot open the file", {.file = source_.name}, "check the path and its permissions");
    const std::size_t before = out.size();
    out.resize(before + kChunkBytes);
    const std::size_t n = std::fread(out.data() + before, 1, kChunkBytes, file_.get());
    out.resize(before + n);
    if (n == 0 && std::ferror(file_.get()) != 0) return fail("cannot read the file", {.file = source_.name});
    return n > 0;
  }

 private:
  struct Close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  const AdvisorySource& source_;
  std::size_t at_ = 0;
  std::unique_ptr<std::FILE, Close> file_;
};

class ZstdStream final : public ByteStream {
 public:
  explicit ZstdStream(const AdvisorySource& source) : name_(source.name), inner_(source), context_(ZSTD_createDCtx()) {
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, 27);  // 128 MiB: what `zstd -d` allows without --long
  }
  Result<bool> fill(std::string& out) override {
    if (at_ == input_.size() && more_) {
      input_.clear();
      at_ = 0;
      ENTENTE_TRY(more_, inner_.fill(input_));
    }
    if (at_ == input_.size() && !more_ && frame_done_) return false;
    const std::size_t before = out.size();
    out.resize(before + kChunkBytes);
    ZSTD_outBuffer to{out.data() + before, kChunkBytes, 0};
    ZSTD_inBuffer from{input_.data(), input_.size(), at_};
    const std::size_t status = ZSTD_decompressStream(context_.get(), &to, &from);
    at_ = from.pos;
    out.resize(before + to.pos);
    if (ZSTD_isError(status) != 0)
      return fail(fmt::format("broken zstd data: {}", ZSTD_getErrorName(status)), {.file = name_}, "the download may be incomplete");
    frame_done_ = status == 0;
    const bool input_left = at_ < input_.size() || more_;
    if (!input_left && !frame_done_ && to.pos < kChunkBytes)
      return fail("zstd data ends in the middle of a frame", {.file = name_}, "the download may be incomplete");
    return true;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* c) const { ZSTD_freeDCtx(c); }
  };
  std::string name_;
  FileStream inner_;
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  std::string input_;
  std::size_t at_ = 0;
  bool more_ = true, frame_done_ = true;
};

// --- Batches --------------------------------------------------------------------------------------------------------------

struct Piece {
  std::string text;
  std::string name;
  std::uint64_t line = 0;  // of the piece in its file; 0 if the piece is a file of its own
};

// Collects pieces, parses them in parallel, hands records on in order.
class Batches {
 public:
  Batches(const AdvisorySource& source, const std::function<void(OsvRecord&&)>& take, Progress& progress, const SourceLimits& limits)
      : source_(source), take_(take), progress_(progress), limits_(limits) {}

  Result<void> add(Piece piece) {
    total_ += piece.text.size();
    if (total_ > limits_.max_bytes) return fail(fmt::format("more than {} bytes of advisories", limits_.max_bytes), {.file = source_.name});
    if (++count_ > limits_.max_records) return fail(fmt::format("more than {} advisories", limits_.max_records), {.file = source_.name});
    bytes_ += piece.text.size();
    pieces_.push_back(std::move(piece));
    if (bytes_ >= kBatchBytes) flush();
    return {};
  }
  void bad(Error error) {
    ++report_.bad;
    if (report_.first_errors.size() < kKeptErrors) report_.first_errors.push_back(std::move(error));
  }
  void good(OsvRecord&& record) {
    ++report_.read;
    take_(std::move(record));
  }
  void flush() {
    std::vector<std::optional<Result<OsvRecord>>> parsed(pieces_.size());
    parallel_for(pieces_.size(), [&](std::size_t i) { parsed[i] = parse(pieces_[i]); }, 16);
    for (auto& result : parsed) {
      if (*result) {
        good(std::move(**result));
      } else {
        bad(std::move(*result).error());
      }
    }
    progress_.advance(bytes_);
    pieces_.clear();
    bytes_ = 0;
  }
  [[nodiscard]] Result<ReadReport> finish() {
    flush();
    if (report_.read == 0 && report_.bad > 0) {
      Error first = report_.first_errors.front();
      return fail(fmt::format("no usable advisory among {}; the first: {}", report_.bad, first.what), first.where,
                  "give OSV records: a folder or zip of .json, .jsonl, .jsonl.zst or a JSON array (https://osv.dev)");
    }
    if (report_.read == 0)
      return fail("no advisory in here", {.file = source_.name},
                  "a folder is searched for .json files, a zip likewise; give zips and .jsonl files by their own names");
    return std::move(report_);
  }
  [[nodiscard]] const SourceLimits& limits() const { return limits_; }
  [[nodiscard]] const AdvisorySource& source() const { return source_; }

 private:
  Result<OsvRecord> parse(const Piece& piece) const {
    if (piece.text.size() > limits_.max_record_bytes) {
      Where where{.file = piece.name};
      if (piece.line > 0) where.line = piece.line;
      return fail(fmt::format("a record longer than {} bytes", limits_.max_record_bytes), std::move(where));
    }
    auto record = parse_osv(piece.text, piece.name);
    if (!record && piece.line > 0) {
      Error error = std::move(record).error();
      error.where.line = piece.line + error.where.line.value_or(1) - 1;
      error.where.offset.reset();  // it counted within the line
      return fail(std::move(error));
    }
    return record;
  }

  const AdvisorySource& source_;
  const std::function<void(OsvRecord&&)>& take_;
  Progress& progress_;
  SourceLimits limits_;
  std::vector<Piece> pieces_;
  std::uint64_t bytes_ = 0, total_ = 0, count_ = 0;
  ReadReport report_;
};

// --- The kinds of source --------------------------------------------------------------------------------------------------

Result<void> read_folder(Batches& batches) {
  const std::filesystem::path& folder = batches.source().path;
  ENTENTE_TRY(const std::vector<std::string> files, list_files(folder, batches.limits().max_records));
  for (const std::string& file : files) {
    if (!file.ends_with(".json")) continue;
    auto text = read_file(folder / file, batches.limits().max_record_bytes);
    if (!text) {
      batches.bad(std::move(text).error());
      continue;
    }
    ENTENTE_CHECK(batches.add({std::move(*text), (folder / file).string(), 0}));
  }
  return {};
}

Result<void> read_lines(ByteStream& stream, std::string head, bool more, Batches& batches) {
  std::uint64_t line = 0;
  std::string buffer = std::move(head);
  for (;;) {
    std::size_t begin = 0;
    for (std::size_t end; (end = buffer.find('\n', begin)) != std::string::npos; begin = end + 1) {
      ++line;
      const std::string_view text = std::string_view(buffer).substr(begin, end - begin);
      if (text.find_first_not_of(" \t\r") != std::string_view::npos)
        ENTENTE_CHECK(batches.add({std::string(text), batches.source().name, line}));
    }
    buffer.erase(0, begin);
    if (!more) break;
    if (buffer.size() > batches.limits().max_record_bytes) {
      return fail(fmt::format("a line longer than {} bytes", batches.limits().max_record_bytes),
                  {.file = batches.source().name, .line = line + 1});
    }
    ENTENTE_TRY(more, stream.fill(buffer));
  }
  if (buffer.find_first_not_of(" \t\r") != std::string::npos)
    ENTENTE_CHECK(batches.add({std::move(buffer), batches.source().name, line + 1}));
  return {};
}

// One JSON document: an array of records, or one record.
Result<void> read_document(ByteStream& stream, std::string text, bool more, Batches& batches) {
  while (more) {
    if (text.size() > kMaxFileBytes)
      return fail("a JSON document longer than 1 GiB", {.file = batches.source().name}, "convert it to .jsonl, one record a line");
    ENTENTE_TRY(more, stream.fill(text));
  }
  ENTENTE_TRY(const JsonDocument document, JsonDocument::parse(text, batches.source().name, {.max_bytes = kMaxFileBytes}));
  const auto list = as_array(document.root());
  if (!list) {
    auto record = read_osv(document.root(), document, "");
    record ? batches.good(std::move(*record)) : batches.bad(std::move(record).error());
    return {};
  }
  std::size_t i = 0;
  const simdjson::dom::array elements = *list;
  for (const JsonView element : elements) {
    auto record = read_osv(element, document, fmt::format("/{}", i++));
    record ? batches.good(std::move(*record)) : batches.bad(std::move(record).error());
  }
  return {};
}

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

Result<std::string> read_entry(archive* zip, const std::string& name, std::uint64_t max_bytes) {
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    if (before > max_bytes) return fail(fmt::format("a record longer than {} bytes", max_bytes), {.file = name});
    text.resize(before + 65536);
    const la_ssize_t n = archive_read_data(zip, text.data() + before, 65536);
    text.resize(before + static_cast<std::size_t>(std::max<la_ssize_t>(n, 0)));
    if (n < 0)
      return fail(fmt::format("broken zip entry: {}", archive_error_string(zip) != nullptr ? archive_error_string(zip) : "unknown"),
                  {.file = name});
    if (n == 0) return text;
  }
}

Result<void> read_zip(Batches& batches) {
  const AdvisorySource& source = batches.source();
  const std::unique_ptr<archive, FreeArchive> zip(archive_read_new());
  archive_read_support_format_zip(zip.get());
  const int opened = source.bytes ? archive_read_open_memory(zip.get(), source.bytes->data(), source.bytes->size())
                                  : archive_read_open_filename(zip.get(), source.path.c_str(), kChunkBytes);
  const auto broken = [&] {
    const char* why = archive_error_string(zip.get());
    return fail(fmt::format("broken zip archive: {}", why != nullptr ? why : "unknown"), {.file = source.name},
                "the download may be incomplete");
  };
  if (opened != ARCHIVE_OK) return broken();
  for (archive_entry* entry = nullptr;;) {
    const int status = archive_read_next_header(zip.get(), &entry);
    if (status == ARCHIVE_EOF) return {};
    if (status < ARCHIVE_WARN) return broken();
    const char* path = archive_entry_pathname(entry);
    if (path == nullptr || archive_entry_filetype(entry) != AE_IFREG || !std::string_view(path).ends_with(".json")) continue;
    std::string name = source.name + ":" + path;
    auto text = read_entry(zip.get(), name, batches.limits().max_record_bytes);
    if (!text) {
      batches.bad(std::move(text).error());
      continue;
    }
    ENTENTE_CHECK(batches.add({std::move(*text), std::move(name), 0}));
  }
}

enum class Shape { lines, document, neither };

// JSON lines: the first line is a whole JSON value, or the second begins an object in its first column, which no
// pretty-printed document does.
Shape shape_of(std::string_view head) {
  const std::size_t first = head.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return Shape::neither;
  if (head[first] == '[') return Shape::document;
  if (head[first] != '{') return Shape::neither;
  const std::size_t newline = head.find('\n', first);
  if (newline == std::string_view::npos) return Shape::document;
  if (newline + 1 < head.size() && head[newline + 1] == '{') return Shape::lines;
  return JsonDocument::parse(head.substr(first, newline - first), "first line").has_value() ? Shape::lines : Shape::document;
}

// At least the first two lines, or a chunk, or everything.
Result<bool> fill_head(ByteStream& stream, std::string& head) {
  bool more = true;
  while (more && head.size() < 16 * kChunkBytes) {
    ENTENTE_TRY(more, stream.fill(head));
    const std::size_t newline = head.find('\n');
    if (newline != std::string::npos && newline + 1 < head.size()) break;
  }
  return more;
}

Result<void> read_stream(ByteStream& stream, Batches& batches) {
  std::string head;
  ENTENTE_TRY(const bool more, fill_head(stream, head));
  switch (shape_of(head)) {
    case Shape::lines: return read_lines(stream, std::move(head), more, batches);
    case Shape::document: return read_document(stream, std::move(head), more, batches);
    case Shape::neither: break;
  }
  return fail(head.empty() ? "the file is empty" : "neither JSON nor zip nor zstd", {.file = batches.source().name},
              "give OSV records: a folder or zip of .json, .jsonl, .jsonl.zst or a JSON array (https://osv.dev)");
}

Result<void> read_any(Batches& batches) {
  const AdvisorySource& source = batches.source();
  std::error_code ec;
  if (!source.bytes && std::filesystem::is_directory(source.path, ec)) return read_folder(batches);
  if (!source.bytes && !std::filesystem::is_regular_file(source.path, ec)) {
    return fail("no such file or folder", {.file = source.name}, "give a folder or zip of OSV .json, .jsonl, .jsonl.zst or a JSON array");
  }
  FileStream stream(source);
  std::string magic;
  ENTENTE_CHECK(stream.fill(magic));
  if (magic.starts_with("PK\x03\x04") || magic.starts_with("PK\x05\x06")) return read_zip(batches);
  if (magic.starts_with("\x28\xb5\x2f\xfd")) {
    ZstdStream unpacked(source);
    return read_stream(unpacked, batches);
  }
  FileStream plain(source);
  return read_stream(plain, batches);
}

}  // namespace

Result<ReadReport> read_advisories(const AdvisorySource& source, const std::function<void(OsvRecord&&)>& take, Progress& progress,
                                   const SourceLimits& limits) {
  Batches batches(source, take, progress, limits);
  ENTENTE_CHECK(read_any(batches));
  return batches.finish();
}

}  // namespace entente::measures::p6_supply
