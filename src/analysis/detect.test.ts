import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { looksLikeDataset, looksLikeTable } from './detect';

describe('looksLikeDataset', () => {
  const arrays: Record<string, string> = {
    'question and answer': '[\n  {"question": "a?", "answer": "b"}\n]',
    Alpaca: '[{"instruction": "a", "input": "", "output": "b"}]',
    ShareGPT: '[{"conversations": [{"from": "human", "value": "a"}]}]',
    messages: '[{"messages": [{"role": "user", "content": "a"}]}]',
    'prompt and completion': '[{"prompt": "a", "completion": "b"}]',
    Dolly: '[{"instruction": "a", "context": "", "response": "b", "category": "open_qa"}]',
    OpenOrca: '[{"system_prompt": "a", "question": "b", "response": "c"}]',
    'a byte order mark': '\ufeff[{"question": "a?", "answer": "b"}]',
    'a text cut off in its middle': '[{"question": "a?", "answer": "b"}, {"quest',
  };
  for (const [name, text] of Object.entries(arrays)) {
    it(`takes ${name}`, () => {
      assert.equal(looksLikeDataset(text, false), true);
    });
  }

  it('takes one object a line in a .json file, and a single line in JSONL', () => {
    const line = '{"question": "a?", "answer": "b"}';
    assert.equal(looksLikeDataset(`${line}\n${line}\n`, false), true);
    assert.equal(looksLikeDataset(line, true), true);
  });

  it('leaves other JSON alone', () => {
    assert.equal(looksLikeDataset('{"name": "x", "scripts": {"prompt": "a", "completion": "b"}}', false), false);
    assert.equal(looksLikeDataset('{\n  "prompt": "a",\n  "completion": "b"\n}', false), false);
    assert.equal(looksLikeDataset('[{"name": "x", "question": "only"}]', false), false);
    assert.equal(looksLikeDataset('[1, 2, 3]', false), false);
    assert.equal(looksLikeDataset('', true), false);
  });

  it('looks at the beginning only', () => {
    assert.equal(looksLikeDataset(`[{"x": "${'a'.repeat(5000)}"}, {"question": "a?", "answer": "b"}]`, false), false);
  });
});

describe('looksLikeTable', () => {
  const tables: Record<string, string> = {
    'columns of Q&A': 'question,answer\na?,b\n',
    'what a spreadsheet writes where the comma is a decimal point': '\ufeffQuestion;Answer;Topic\r\na?;b;c\r\n',
    'quotes, and further columns': '"id" , "Instruction","input","Output"\n',
    tabs: 'prompt\tresponse\n',
    "Excel's line before the header": 'sep=;\r\nquestion;answer\r\n',
    'a header alone': 'question,answer',
  };
  for (const [name, text] of Object.entries(tables)) {
    it(`takes ${name}`, () => {
      assert.equal(looksLikeTable(text), true);
    });
  }

  it('leaves other tables alone', () => {
    for (const text of [
      '',
      'date,amount\n1,2\n',
      'a,b\nquestion,answer\n',
      'question\n',
      'messages,id\n',
      'my question,answer\n',
    ])
      assert.equal(looksLikeTable(text), false, text);
  });
});
