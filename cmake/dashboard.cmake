# The dashboard's pages, built by npm and Vite, go into the program: each file as it is and compressed.
#   cmake -P: -DSOURCE=<web> -DOUTPUT=<folder> -DNPM=<program> -DGZIP=<program> -DBROTLI=<program>
# builds <folder>/pages and writes <folder>/assets.cc.
function(run WHAT)  # ARGN: the command; in SOURCE
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE failed)
  if(failed)
    message("${said}")
    message(FATAL_ERROR "${WHAT}. A build without the dashboard: cmake -DTARN_DASHBOARD=OFF.")
  endif()
endfunction()

set(installed ${SOURCE}/node_modules/.package-lock.json)  # npm's own record of what it installed
if(NOT EXISTS ${installed} OR ${SOURCE}/package-lock.json IS_NEWER_THAN ${installed})
  run("npm could not install the packages of web/package-lock.json (it needs the network once)"
      ${NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline)
  file(TOUCH ${installed})
endif()
run("The dashboard's pages could not be built" ${NPM} run --silent build -- --outDir ${OUTPUT}/pages --emptyOutDir --logLevel error)

function(compressed NAME PROGRAM)  # ARGN: its arguments; the file comes on stdin
  execute_process(COMMAND ${PROGRAM} ${ARGN} INPUT_FILE ${OUTPUT}/pages/${path} OUTPUT_FILE ${OUTPUT}/${NAME}
                  RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "${PROGRAM} failed on ${path}: ${failed}")
  endif()
  set(bytes "${bytes}constexpr unsigned char k_${NAME}[] = {\n#embed \"${OUTPUT}/${NAME}\"\n};\n" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE paths RELATIVE ${OUTPUT}/pages ${OUTPUT}/pages/*)
list(SORT paths)
set(bytes "")
set(table "")
set(number 0)
foreach(path ${paths})
  file(SHA256 ${OUTPUT}/pages/${path} hash)  # in the text, so that another file is compiled anew, also behind a compiler cache
  string(APPEND bytes "// ${path} ${hash}\nconstexpr unsigned char k_plain_${number}[] = {\n#embed \"${OUTPUT}/pages/${path}\"\n};\n")
  compressed("gzip_${number}" ${GZIP} -9 -n -c)
  compressed("brotli_${number}" ${BROTLI} -q 11 -c)
  string(APPEND table "    {\"${path}\", View(k_plain_${number}), View(k_gzip_${number}), View(k_brotli_${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE ${OUTPUT}/assets.cc "#include \"serve/ui/assets.h\"

#include <cstddef>

namespace tarn::serve {
namespace {

${bytes}
template <size_t kSize>
std::string_view View(const unsigned char (&bytes)[kSize]) {
  return {reinterpret_cast<const char*>(bytes), kSize};
}

const Asset kAssets[] = {
${table}};

}  // namespace

std::span<const Asset> EmbeddedAssets() { return kAssets; }

}  // namespace tarn::serve
")
