// The catalog over any pointer store: for tests that put a failing one beneath it.
#pragma once

#include <memory>

#include "catalog/catalog.h"
#include "catalog/store/pointer_store.h"

namespace tarn::catalog {

std::unique_ptr<Catalog> MakeCatalog(CatalogOptions options, std::unique_ptr<PointerStore> pointers,
                                     store::Buckets& buckets, os::Clock& clock,
                                     os::Entropy& entropy);

}  // namespace tarn::catalog
