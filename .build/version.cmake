# version.cmake -- src/platform/native/version.h's answer: the project's version and the commit of this checkout. Run as a script,
# with VERSION, SOURCE and OUT, whenever git's log of HEAD moves; without git, or outside a checkout, the version alone.
find_program(git git)
set(commit "")
if(git)
  execute_process(COMMAND ${git} -C ${SOURCE} rev-parse --short=7 HEAD OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
set(words "interleave ${VERSION}")
if(commit MATCHES "^[0-9a-f]+$")
  string(APPEND words " (${commit})")
endif()
file(WRITE ${OUT} "#include \"platform/native/version.h\"\n\nnamespace interleave {\n\nstd::string version_words() { return \"${words}\"; }\n\n}  // namespace interleave\n")
