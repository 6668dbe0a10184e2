import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Edits } from './edits';

/** A form of one value as a view has it, and the editor that it tells of its changes. Messages wait until they are delivered. */
function formAndEditor(): {
  readonly form: { value: number };
  readonly editor: { value: number };
  readonly change: (value: number) => void;
  /** The editor shows what it has, for a reason of its own. */
  readonly show: () => void;
  readonly toEditor: (() => void)[];
  readonly toForm: (() => void)[];
} {
  const edits = new Edits();
  const form = { value: 256 };
  const editor = { value: 256, edit: 0 };
  const toEditor: (() => void)[] = [];
  const toForm: (() => void)[] = [];
  const show = (): void => {
    const { value, edit } = editor;
    toForm.push(() => {
      if (edits.areKnownBy(edit)) form.value = value;
    });
  };
  const change = (value: number): void => {
    form.value = value;
    const edit = edits.next();
    toEditor.push(() => {
      Object.assign(editor, { value, edit });
      show();
    });
  };
  return { form, editor, change, show, toEditor, toForm };
}

describe('the changes of a form', () => {
  it('are not written over by a state that was sent before them', () => {
    const { form, editor, change, show, toEditor, toForm } = formAndEditor();
    show();
    change(700);
    toForm.shift()!();
    assert.equal(form.value, 700);
    toEditor.shift()!();
    toForm.shift()!();
    assert.deepEqual([form.value, editor.value], [700, 700]);
  });

  it('are not written over by the answer to an earlier one', () => {
    const { form, change, toEditor, toForm } = formAndEditor();
    change(700);
    toEditor.shift()!();
    change(800);
    toForm.shift()!();
    assert.equal(form.value, 800);
    toEditor.shift()!();
    toForm.shift()!();
    assert.equal(form.value, 800);
  });

  it('end the person’s hold on the value once the editor knows of them', () => {
    const { form, editor, change, show, toEditor, toForm } = formAndEditor();
    change(700);
    toEditor.shift()!();
    editor.value = 32;
    show();
    for (const deliver of toForm) deliver();
    assert.equal(form.value, 32);
  });

  it('agree with the editor in whatever order messages pass each other', () => {
    // Every order of three changes, two states of the editor's own, and their deliveries, by a counter in place of chance.
    for (let order = 0; order < 4 ** 6; order++) {
      const { form, editor, change, show, toEditor, toForm } = formAndEditor();
      let [changes, shows] = [0, 0];
      for (let digits = order, at = 0; at < 6; at++, digits = Math.floor(digits / 4)) {
        if (digits % 4 === 0 && changes < 3) change(++changes);
        if (digits % 4 === 1 && shows < 2) {
          shows += 1;
          show();
        }
        if (digits % 4 === 2) toEditor.shift()?.();
        if (digits % 4 === 3) toForm.shift()?.();
        if (changes > 0) assert.equal(form.value, changes, 'the person sees what was changed last');
      }
      while (toEditor.length > 0) toEditor.shift()!();
      while (toForm.length > 0) toForm.shift()!();
      assert.equal(form.value, editor.value);
    }
  });
});
