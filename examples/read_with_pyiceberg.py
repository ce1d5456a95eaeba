"""Tarn's tables without Tarn: PyIceberg opens the catalog file. Works beside a running server too.

    pip install 'pyiceberg[sql-sqlite,pyarrow]' && python3 examples/read_with_pyiceberg.py ./lake default.clicks
"""

import os
import sys

from pyiceberg.catalog.sql import SqlCatalog

data, name = os.path.abspath(sys.argv[1]), sys.argv[2]
catalog = SqlCatalog("tarn", uri=f"sqlite:///{data}/catalog.db")
table = catalog.load_table(name)
print(table.schema())
print(table.scan(limit=10).to_arrow().to_pylist())
