// Stands before measure.js: uses everything on the page, so that what it draws is measured, too. What a keyboard cannot reach
// is thrown, and so becomes a message of the page.
for (const details of document.querySelectorAll("details")) details.open = true;
for (const button of document.querySelectorAll("button[data-run]")) {
  // Where a prediction is asked for, it comes first.
  const choice = button.closest(".question")?.querySelector("input[type=radio]");
  if (button.disabled !== Boolean(choice)) throw new Error(`${button.textContent}: disabled is ${button.disabled}`);
  choice?.click();
  button.click();
  if (choice && !button.closest(".question").querySelector(".told").textContent) throw new Error(`${button.textContent}: nothing told`);
}
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
for (const formula of document.querySelectorAll("math[display=block]")) {
  if (formula.scrollHeight > formula.clientHeight) throw new Error(`clipped: ${formula.textContent}`);
}
// A share or a cosine of 1 can be seen: the scale has a mark there.
for (const picture of document.querySelectorAll("svg")) {
  const note = picture.querySelector(".note")?.textContent ?? "";
  if (!/cosine|^share/.test(note)) continue;
  if (![...picture.querySelectorAll(".tick.end")].some((tick) => tick.textContent === "1")) throw new Error(`no mark at 1: ${note}`);
}
// Only a ReLU dies; and what passes by its size alone is said to.
const say = (settings) => {
  for (const [name, value] of Object.entries(settings)) document.querySelector(`.lab [name=${name}]`).value = value;
  document.querySelector(".lab [name=seed]").dispatchEvent(new Event("input", { bubbles: true }));
  return document.querySelector(".lab .said").textContent;
};
const usual = { initializer: "normal(std=0.01)", scale: "0", depth: "30", width: "48", seed: "1" };
for (const { value: activation } of document.querySelector(".lab [name=activation]").options) {
  const words = say({ ...usual, initializer: "he_normal", activation });
  if (words.includes("dead") !== (activation === "relu")) throw new Error(`${activation}: ${words}`);
}
if (!say({ ...usual, activation: "sigmoid" }).includes("all images look the same")) throw new Error("images that look the same");
// A gradient below what a float holds has a curve, not a cross alone.
say({ ...usual, activation: "relu" });
const lines = [...document.querySelectorAll(".lab .gradient polyline")].map((line) => line.getAttribute("points").split(" ").length);
if (lines.at(-1) !== 30) throw new Error(`a curve of ${lines.at(-1)} points`);
