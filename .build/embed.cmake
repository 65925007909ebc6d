# embed.cmake -- files that travel inside the programs: lessons, shaders, fonts. Leaves generated_for_<room> for il_room.
set(generated_dir ${CMAKE_BINARY_DIR}/generated)
set(embed ${CMAKE_SOURCE_DIR}/.build/embed.py)

# Debian's fontTools belongs to the system's Python, which may not be the first on PATH.
find_program(PYTHON NAMES python3 python REQUIRED)
foreach(candidate IN ITEMS ${PYTHON} /usr/bin/python3)
  execute_process(COMMAND ${candidate} -c "import fontTools" RESULT_VARIABLE no_fonttools OUTPUT_QUIET ERROR_QUIET)
  if(no_fonttools EQUAL 0)
    set(FONT_PYTHON ${candidate})
    break()
  endif()
endforeach()

file(GLOB lesson_files CONFIGURE_DEPENDS src/workloads/*.py)
list(REMOVE_ITEM lesson_files ${CMAKE_SOURCE_DIR}/src/workloads/interleave.py)   # the module that runs them under CPython
file(GLOB shader_files CONFIGURE_DEPENDS shaders/*.glsl)

# il_embed(<what> <output> <files...>): `embed.py <what>` turns the files into a .cpp with one table.
function(il_embed what output)
  add_custom_command(OUTPUT ${generated_dir}/${output}
    COMMAND ${PYTHON} ${embed} ${what} ${generated_dir}/${output} ${ARGN}
    DEPENDS ${embed} ${ARGN} COMMENT "Embedding ${what}" VERBATIM)
endfunction()

il_embed(scripts embedded_scripts.cpp ${lesson_files})
il_embed(shaders embedded_shaders.cpp ${shader_files})
set(generated_for_workloads ${generated_dir}/embedded_scripts.cpp)

set(font_files "")
set(inter_dir /usr/share/fonts/opentype/inter)
set(mono_dir /usr/share/fonts/truetype/jetbrains-mono)
foreach(font IN ITEMS ${inter_dir}/Inter-Regular.otf ${inter_dir}/Inter-SemiBold.otf ${inter_dir}/Inter-Bold.otf
                      ${mono_dir}/JetBrainsMono-Regular.ttf ${mono_dir}/JetBrainsMono-SemiBold.ttf)
  if(EXISTS ${font})
    list(APPEND font_files ${font})
  endif()
endforeach()
if(FONT_PYTHON AND font_files)
  add_custom_command(OUTPUT ${generated_dir}/embedded_fonts.cpp
    COMMAND ${FONT_PYTHON} ${CMAKE_SOURCE_DIR}/.build/fonts.py ${generated_dir}/embedded_fonts.cpp ${font_files}
    DEPENDS .build/fonts.py COMMENT "Subsetting fonts" VERBATIM)
else()
  message(WARNING "fontTools, Inter or JetBrains Mono are missing: the programs fall back to Dear ImGui's own font")
  file(WRITE ${generated_dir}/embedded_fonts.cpp "#include \"platform/shell/embedded_fonts.h\"\n"
    "namespace interleave { const EmbeddedFont kEmbeddedFonts[] = {{}}; const int kEmbeddedFontCount = 0; }\n")
endif()
set(generated_for_shell ${generated_dir}/embedded_shaders.cpp ${generated_dir}/embedded_fonts.cpp)
