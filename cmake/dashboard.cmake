# The dashboard's files (web/dist, where `npm run build` put them) go into the program, each as it is and compressed.
#   cmake -P: -DSOURCE=<web/dist> -DOUTPUT=<folder> -DGZIP=<program> [-DBROTLI=<program>] writes <folder>/assets.cc
# It runs at each build and leaves the file alone where nothing changed. Without web/dist there are no files.
file(GLOB_RECURSE paths RELATIVE ${SOURCE} ${SOURCE}/*)
list(SORT paths)

function(compressed VARIABLE NAME PROGRAM)  # ARGN: its arguments; the file comes on stdin
  set(${VARIABLE} "std::string_view()" PARENT_SCOPE)
  if(NOT PROGRAM)
    return()
  endif()
  execute_process(COMMAND ${PROGRAM} ${ARGN} INPUT_FILE ${SOURCE}/${path} OUTPUT_FILE ${OUTPUT}/${NAME} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${PROGRAM} failed on ${path}: ${failed}")
  endif()
  set(${VARIABLE} "View(k_${NAME})" PARENT_SCOPE)
  set(bytes "${bytes}constexpr unsigned char k_${NAME}[] = {\n#embed \"${OUTPUT}/${NAME}\"\n};\n" PARENT_SCOPE)
endfunction()

set(bytes "")
set(table "")
set(number 0)
foreach(path ${paths})
  file(SIZE ${SOURCE}/${path} size)
  if(size EQUAL 0)
    continue()
  endif()
  file(SHA256 ${SOURCE}/${path} hash)  # in the text, so that another file is compiled anew, also behind a compiler cache
  set(bytes "${bytes}// ${path} ${hash}\nconstexpr unsigned char k_plain_${number}[] = {\n#embed \"${SOURCE}/${path}\"\n};\n")
  compressed(gzip "gzip_${number}" "${GZIP}" -9 -n -c)
  compressed(brotli "brotli_${number}" "${BROTLI}" -q 11 -c)
  string(APPEND table "    {\"${path}\", View(k_plain_${number}), ${gzip}, ${brotli}},\n")
  math(EXPR number "${number} + 1")
endforeach()

if(number EQUAL 0)
  set(body "std::span<const Asset> EmbeddedAssets() { return {}; }\n")
else()
  set(body "namespace {\n
${bytes}
template <size_t kSize>
std::string_view View(const unsigned char (&bytes)[kSize]) {
  return {reinterpret_cast<const char*>(bytes), kSize};
}

const Asset kAssets[] = {
${table}};

}  // namespace

std::span<const Asset> EmbeddedAssets() { return kAssets; }
")
endif()
file(WRITE ${OUTPUT}/assets.cc.new "#include \"serve/ui/assets.h\"

#include <cstddef>

namespace tarn::serve {
${body}
}  // namespace tarn::serve
")
file(COPY_FILE ${OUTPUT}/assets.cc.new ${OUTPUT}/assets.cc ONLY_IF_DIFFERENT)
