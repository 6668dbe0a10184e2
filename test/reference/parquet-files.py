"""Writes the Parquet files of the tests: python3 test/reference/parquet-files.py (needs pyarrow)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HERE = Path(__file__).parent / "parquet"
HERE.mkdir(exist_ok=True)

rows = 40
qa = pa.table(
    {
        "question": [f"What is form {i} for?" for i in range(rows)],
        "answer": [f"Form {i} asks for a licence of kind {i * i}." for i in range(rows)],
        "subject": ["land" if i % 3 == 0 else None for i in range(rows)],
        "id": pa.array([2**60 + i for i in range(rows)], pa.int64()),
    }
)
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    pq.write_table(qa, HERE / f"qa-{codec}.parquet", compression=codec)
# Several row groups, small pages that an index finds.
pq.write_table(
    qa, HERE / "groups.parquet", row_group_size=15, data_page_size=64, write_batch_size=4, write_page_index=True, use_dictionary=False
)

turn = pa.struct([("role", pa.string()), ("content", pa.string()), ("tool_calls", pa.list_(pa.string()))])
messages = [
    [
        {"role": "system", "content": "Be brief.", "tool_calls": None},
        {"role": "user", "content": "Ẹ kú àárọ̀, what is a receipt?", "tool_calls": None},
        {"role": "assistant", "content": "A written proof.", "tool_calls": None},
    ],
    [
        {"role": "user", "content": "What is an invoice?", "tool_calls": None},
        {"role": "assistant", "content": "A request for payment.", "tool_calls": None},
    ],
]
table = pa.table({"messages": pa.array(messages, pa.list_(turn)), "source": ["a", None]})
pq.write_table(table, HERE / "messages.parquet", compression="zstd")
