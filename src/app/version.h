// Which Tarn this is.
#pragma once

namespace tarn::app {

/// returns  the commit that was built, as `git describe` names it; `unknown` outside a git tree
const char* Commit();

}  // namespace tarn::app
