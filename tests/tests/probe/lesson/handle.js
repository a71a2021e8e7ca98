// Stands before measure.js: uses everything on the page, so that what it draws is measured, too. What a keyboard cannot reach
// is thrown, and so becomes a message of the page.
for (const details of document.querySelectorAll("details")) details.open = true;
for (const button of document.querySelectorAll("button[data-run]")) button.click();
for (const [name, value] of [["scale", "1"], ["depth", "40"], ["width", "8"], ["seed", "3"], ["activation", "tanh"], ["initializer", "zeros"]]) {
  const control = document.querySelector(`.lab [name=${name}]`);
  const before = document.querySelector(".lab .said").textContent;
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  if (document.querySelector(".lab .said").textContent === before) throw new Error(`${name} changes nothing`);
}
for (const control of document.querySelectorAll("a, button, input, select, summary, .scroll")) {
  control.focus();
  if (document.activeElement !== control) throw new Error(`no focus: ${control.outerHTML.slice(0, 80)}`);
  const named = control.textContent.trim() || control.labels?.[0]?.textContent.trim() || control.ariaLabel;
  if (!named) throw new Error(`no name: ${control.outerHTML.slice(0, 80)}`);
}
