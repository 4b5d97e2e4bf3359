# The Debian package (`./dev package`): program, manual pages and completions as the program itself writes them, the manual, the web pages.
set(manual "${CMAKE_BINARY_DIR}/manual")
add_custom_target(manual
  COMMAND ${CMAKE_COMMAND} -E rm -rf "${manual}"
  COMMAND entente generate-manual "${manual}"
  COMMAND sh -c "gzip -9n '${manual}'/man1/*.1 && gzip -9nc '${CMAKE_SOURCE_DIR}/packaging/changelog' > '${manual}/changelog.gz'"
  DEPENDS entente VERBATIM)
# Where `./dev web` builds them, beside the folder of the preset; entente looks for them in both places (src/cli/web_folder.cc).
cmake_path(SET web NORMALIZE "${CMAKE_BINARY_DIR}/../web")
install(DIRECTORY "${web}/" DESTINATION share/entente/web OPTIONAL)
install(DIRECTORY "${manual}/man1" DESTINATION share/man OPTIONAL)
install(FILES "${manual}/bash/entente" DESTINATION share/bash-completion/completions OPTIONAL)
install(FILES "${manual}/zsh/_entente" DESTINATION share/zsh/vendor-completions OPTIONAL)
install(FILES "${manual}/fish/entente.fish" DESTINATION share/fish/vendor_completions.d OPTIONAL)
install(FILES "${manual}/changelog.gz" DESTINATION share/doc/entente OPTIONAL)
install(FILES "${CMAKE_SOURCE_DIR}/packaging/copyright" DESTINATION share/doc/entente)
file(GLOB manual_pages "${CMAKE_SOURCE_DIR}/docs/*.md")
install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${CMAKE_SOURCE_DIR}/CHANGELOG.md" ${manual_pages} DESTINATION share/doc/entente)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME entente)
set(CPACK_PACKAGE_VENDOR Entente)
set(CPACK_PACKAGE_CONTACT "Entente <packages@entente.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "measures and proves adherence to the Paris Call for cyberspace")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Entente turns the nine principles of the Paris Call for Trust and Security
in Cyberspace into rules a program can measure, measures real artefacts
against them, and puts the signed result into a tamper-evident ledger that
anyone can verify. It scans SBOMs, checks provenance and advisories, and
runs the registry.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "nodejs (>= 18)")  # entente publish makes pages with it
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
