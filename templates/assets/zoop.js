// Comforts only: every page works without this file.
document.documentElement.classList.add("scripted");

// Copy buttons appear only where there is a script to serve them.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const label = button.textContent;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = label), 1600);
  });
}

// Presets tick the boxes here instead of asking the server to redraw the page.
for (const form of document.querySelectorAll("form:has(.presets)")) {
  const boxes = [...form.querySelectorAll("input[name=scope]")];
  const presets = [...form.querySelectorAll(".presets button")];
  const reads = (box) => !box.value.startsWith("write:");
  const show = () => {
    const all = boxes.every((box) => box.checked);
    const read = boxes.every((box) => box.checked === reads(box));
    const now = all ? "all" : read ? "read" : "chosen";
    for (const preset of presets) preset.setAttribute("aria-pressed", String(preset.value === now));
  };
  for (const preset of presets) {
    preset.addEventListener("click", (event) => {
      event.preventDefault();
      if (preset.value === "all") for (const box of boxes) box.checked = true;
      if (preset.value === "read") for (const box of boxes) box.checked = reads(box);
      if (preset.value === "chosen") boxes[0]?.focus();
      show();
    });
  }
  for (const box of boxes) box.addEventListener("change", show);
}

// Another company has other boxes: the server draws them. An arrow key chooses and goes on to the next company, so the
// page that comes takes the focus up again where it was.
const company = () => document.querySelector("input[name=tenant_id][type=radio]:checked");
for (const radio of document.querySelectorAll("input[name=tenant_id][type=radio]"))
  radio.addEventListener("change", () => {
    sessionStorage.setItem("focus", "company");
    radio.form.requestSubmit(radio.form.querySelector(".redraw"));
  });
if (sessionStorage.getItem("focus") === "company") company()?.focus();
sessionStorage.removeItem("focus");

// A user key names its person; a tenant key has none.
for (const radio of document.querySelectorAll("input[name=actor_type]")) {
  const person = document.getElementById("key-person");
  const show = () => (person.hidden = radio.form.elements.actor_type.value === "tenant");
  radio.addEventListener("change", show);
  show();
}

for (const button of document.querySelectorAll("[data-peek]")) {
  const field = document.getElementById(button.dataset.peek);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? "Show" : "Hide";
    button.setAttribute("aria-pressed", String(!shown));
  });
}

// Times are sent in UTC and read in the reader's own zone.
for (const time of document.querySelectorAll("time[datetime]"))
  time.textContent = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.menu[open], details.confirm[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});
