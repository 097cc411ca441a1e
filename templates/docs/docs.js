// Comforts only: the pages can be read without this file.

// Copy buttons appear only where there is a script to serve them.
const said = document.getElementById("said");
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  let timer;
  const say = (text, duration = 1600) => {
    button.textContent = said.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
      said.textContent = "";
    }, duration);
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    if (await written(text)) return say("Copied");
    const area = selected(text);
    const done = () => {
      say("Copied");
      button.focus({ preventScroll: true });
    };
    // It stays selected until the reader's own keys have copied it, or the reader goes elsewhere.
    area.addEventListener("blur", () => area.remove());
    if (document.execCommand("copy")) return done();
    area.addEventListener("copy", () => setTimeout(done));
    say(mac ? "Press ⌘C" : "Press Ctrl+C", 8000);
  });
}

// Whether the browser's own way to the clipboard is there, as it is not on plain http, and open.
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function selected(text) {
  const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true, className: "copying" });
  document.body.append(area);
  area.focus({ preventScroll: true });
  area.select();
  return area;
}

// Search: a tool stays in view while each word begins a word of what the page tells of it: its name, title, scope,
// marks and description, its parameters and their values, the fields and states of its records.
const form = document.querySelector(".search");
if (form) {
  form.hidden = false;
  const input = form.querySelector("input");
  const found = document.getElementById("found");
  const nothing = document.getElementById("nothing");
  const links = new Map([...document.querySelectorAll(".contents li a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...document.querySelectorAll(".section")];
  const opened = new Set();
  let known;
  const search = () => {
    known ??= sections.map(read);
    const words = input.value.split(/\s+/).filter(Boolean).map(beginning);
    opened.forEach((fold) => (fold.open = false));
    opened.clear();
    let count = 0;
    for (const section of known) {
      let here = 0;
      for (const { element, text, folds } of section.tools) {
        const texts = [text, section.text, ...[...folds, ...section.folds].map(({ text }) => text)];
        const fits = words.every((word) => texts.some((text) => word.test(text)));
        element.hidden = !fits;
        links.get(element.id).parentElement.hidden = !fits;
        here += fits;
      }
      section.element.hidden = here === 0;
      links.get(section.element.id).parentElement.hidden = here === 0;
      count += here;
    }
    for (const word of words) known.forEach((section) => unfold(section, word));
    nothing.hidden = count > 0;
    document.body.classList.toggle("searching", words.length > 0);
    found.textContent = words.length ? `${count} ${count === 1 ? "tool" : "tools"}` : "";
  };
  // Where a word stands in nothing but what is folded away, that is opened.
  const unfold = (section, word) => {
    const shown = section.tools.filter(({ element }) => !element.hidden);
    if (shown.length === 0 || word.test(section.text)) return;
    const holding = ({ folds }) => folds.filter(({ text }) => word.test(text));
    const without = shown.filter(({ text }) => !word.test(text));
    const ofTools = without.flatMap(holding);
    const places = ofTools.length === 0 && without.length === shown.length ? holding(section) : ofTools;
    for (const { element } of places.filter(({ element }) => !element.open)) {
      element.open = true;
      opened.add(element);
    }
  };
  const clear = () => {
    input.value = "";
    search();
  };
  input.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
    if (event.key === "Escape" && event.target === input) clear();
  });
  // A link to a tool that the search has put away shows it again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.hidden) {
      clear();
      target.scrollIntoView();
    }
  });
}

// The words of a section: in sight, in what is folded away, and of each tool.
function read(section) {
  const head = section.querySelector(".section-head");
  const tool = (element) => ({
    element,
    text: told(element.id, element.dataset.words, inSight(element, ".scope, .does, .name, .values code")),
    folds: folds(element),
  });
  return {
    element: section,
    text: told(section.id, section.dataset.words, inSight(head, "h2")),
    folds: folds(head),
    tools: [...section.querySelectorAll(".tool")].map(tool),
  };
}

function inSight(element, what) {
  return [...element.querySelectorAll(what)].filter((part) => !part.closest("details")).map(text).join(" ");
}

function folds(element) {
  // Of a move between states the last cell names its tool, which stands further down itself.
  const words = (fold) => [...fold.querySelectorAll(".name, .values code, td:not(:last-child)")].map(text);
  return [...element.querySelectorAll("details")].map((fold) => ({ element: fold, text: told(...words(fold)) }));
}

function text(element) {
  return element.textContent;
}

// In lower case; names in camelCase are taken apart too.
function told(...parts) {
  const text = parts.join(" ");
  return `${text} ${text.replace(/([a-z])([A-Z])/g, "$1 $2")}`.toLowerCase();
}

// What finds a word by its beginning.
function beginning(word) {
  const exact = word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "\\$&");
  return new RegExp(`(?<![a-z0-9])${exact}`);
}

// The list of contents marks what is being read.
const places = [...document.querySelectorAll(".tool, .section, .prose")];
const seen = new Set();
const mark = () => {
  const now = places.filter((place) => seen.has(place)).at(-1);
  for (const link of document.querySelectorAll(".contents a")) {
    const here = now && link.hash === `#${now.id}`;
    if (here && !link.hasAttribute("aria-current")) {
      link.setAttribute("aria-current", "true");
      const box = link.closest(".contents");
      const { top, bottom } = link.getBoundingClientRect();
      const frame = box.getBoundingClientRect();
      if (top < frame.top + 70 || bottom > frame.bottom - 20) box.scrollTop += top - frame.top - frame.height / 3;
    } else if (!here) link.removeAttribute("aria-current");
  }
};
const watch = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
    mark();
  },
  { rootMargin: "-80px 0px -75% 0px" },
);
places.forEach((place) => watch.observe(place));
