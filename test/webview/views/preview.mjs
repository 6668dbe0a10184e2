import assert from 'node:assert/strict';

/** The training sequence's states. */
export async function preview(data) {
  const long = `${'Bring the form, the fee of ₦5,000 and two photographs to the office. '.repeat(9)}\nThen wait 🎉.`;
  const of = async (...what) => [{ type: 'preview', preview: await data.previewOf(...what) }];
  return {
    shape: data.fromPreview,
    width: 620,
    narrow: 420,
    states: {
      short: await of('How do I renew\nmy passport?', 'Apply online, then visit the office 🎉.', 1024),
      cut: await of('Where do I pay?', long, 96),
      none: [{ type: 'unavailable', reason: 'Select a model: only its tokenizer knows the exact tokens.' }],
    },
    async useByKeyboard(page, state) {
      if (state === 'none') return;
      await page.locator('[role=option][tabindex="0"]').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      const chosen = await page.locator('[role=option][aria-selected=true]').getAttribute('title');
      assert.equal(await page.locator('.detail').textContent(), chosen);
      assert.notEqual(chosen, await page.locator('[role=option]').first().getAttribute('title'));
    },
  };
}
