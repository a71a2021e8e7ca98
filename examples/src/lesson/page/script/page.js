// What the reader handles. Without this script the page reads the same, with still pictures.

const json = (id) => JSON.parse(document.getElementById(id).textContent);
const digits = json("digits");
const nets = json("nets");

document.documentElement.classList.add("script");
document.querySelectorAll(".lab").forEach((element) => lab(element, digits));

// A button that runs an exhibit in the place after it. Where the reader is to predict something, that comes first.
for (const button of document.querySelectorAll("button[data-run]")) {
  const place = document.createElement("div");
  place.className = "figures live"; // paper has the still pictures
  button.after(place);
  const question = button.closest(".question");
  const chosen = () => question?.querySelector("input:checked");
  const told = question?.querySelector(".told");
  if (told) {
    button.disabled = !chosen();
    question.addEventListener("change", () => (button.disabled = false));
  }
  button.addEventListener("click", () => {
    exhibit(place, nets[button.dataset.run], digits);
    if (told) told.textContent = "right" in chosen().dataset ? "As you predicted." : "Not what you predicted: the answer says why.";
    const still = button.dataset.still && document.getElementById(button.dataset.still);
    if (still) still.hidden = true;
  });
}

// One choice of library holds for the whole page.
document.addEventListener("change", ({ target }) => {
  if (!target.name?.startsWith("tongue-")) return;
  for (const other of document.querySelectorAll(`.tongues input[value=${target.value}]`)) other.checked = true;
});

// Paper shows what is folded, too.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.open = true)));
