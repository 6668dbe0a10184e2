/** Calls back when VS Code changes the colours: it rewrites the root's style and the body's class. */
export function onThemeChange(redraw: () => void): void {
  const observer = new MutationObserver(() => {
    requestAnimationFrame(redraw);
  });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

/** The present value of one of our colours (`--…` of shared.css), resolved for a canvas. */
export function colour(name: string): string {
  const probe = document.createElement('span');
  probe.className = `colour-${name}`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
