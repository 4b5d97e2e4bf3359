// Removing a file does not overwrite what the disk held; what that means for backups is in docs/contacts.md.
#include "registry/contact_folder.h"

#include <fmt/format.h>

#include <system_error>

#include "core/file.h"

namespace entente::registry {
namespace fs = std::filesystem;

Result<ContactFolder> ContactFolder::open(fs::path folder) {
  ENTENTE_CHECK(make_folders(folder));
  std::error_code failed;
  fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed) return fail("cannot make the folder private: " + failed.message(), {.file = folder.string()});
  return ContactFolder(std::move(folder));
}

fs::path ContactFolder::file_of(const std::string& organisation) const { return folder_ / (sha256(organisation).hex() + ".json"); }

Result<std::optional<ContactDocument>> ContactFolder::find(const std::string& organisation) const {
  const fs::path file = file_of(organisation);
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::optional<ContactDocument>();
  ENTENTE_TRY(const std::string text, read_file(file, kMaxContactDocument));
  ENTENTE_TRY(ContactDocument document, ContactDocument::parse(text, file.string()));
  if (document.organisation != organisation) return fail("the file holds another organisation's contacts", {.file = file.string()});
  return std::optional(std::move(document));
}

Result<void> ContactFolder::keep(const ContactDocument& document) const {
  return write_file_atomic(file_of(document.organisation), json_compact(document.json()) + "\n", FileMode::secret);
}

Result<bool> ContactFolder::remove(const std::string& organisation) const {
  const fs::path file = file_of(organisation);
  std::error_code failed;
  const bool there = fs::remove(file, failed);
  if (failed) return fail("cannot erase the contacts: " + failed.message(), {.file = file.string()});
  if (there) ENTENTE_CHECK(sync_folder(folder_));
  return there;
}

Result<void> ContactFolder::remove_leftovers() const {
  ENTENTE_TRY(const auto files, list_files(folder_));
  std::error_code failed;
  for (const std::string& file : files)
    if (!file.ends_with(".json")) fs::remove(folder_ / file, failed);
  if (failed) return fail("cannot remove a temporary file: " + failed.message(), {.file = folder_.string()});
  return {};
}

Result<std::vector<ContactDocument>> ContactFolder::all() const {
  std::vector<Error> broken;
  ENTENTE_TRY(auto out, all_but_broken(broken));
  if (!broken.empty()) return fail(broken.front());
  return out;
}

Result<std::vector<ContactDocument>> ContactFolder::all_but_broken(std::vector<Error>& broken) const {
  std::vector<ContactDocument> out;
  ENTENTE_TRY(const auto files, list_files(folder_));
  const auto read = [&](const std::string& file) -> Result<ContactDocument> {
    ENTENTE_TRY(const std::string text, read_file(folder_ / file, kMaxContactDocument));
    ENTENTE_TRY(ContactDocument document, ContactDocument::parse(text, (folder_ / file).string()));
    if (file_of(document.organisation).filename() != file)
      return fail("the file has another name than that of its organisation's contacts", {.file = (folder_ / file).string()});
    return document;
  };
  for (const std::string& file : files) {
    if (!file.ends_with(".json")) continue;  // a temporary file a crash left
    auto document = read(file);
    if (document) {
      out.push_back(std::move(*document));
      continue;
    }
    Error error = document.error();
    error.where.file = (folder_ / file).string();
    error.hint = "move it away, or put a good copy in its place; its organisation can send the contacts again";
    broken.push_back(std::move(error));
  }
  return out;
}

Result<void> stands(const ContactDocument& document, const State& state) {
  const Supporter* s = state.supporter(document.organisation);
  if (s == nullptr) return fail(fmt::format("there is no supporter \"{}\"", document.organisation));
  if (s->status != Status::approved) return fail(fmt::format("the record is {}", name(s->status)));
  if (!s->detail().contacts) return fail("the ledger holds no contact set of this supporter", {}, "send the contact-set statement first");
  return opens(document, *s->detail().contacts);
}

}  // namespace entente::registry
