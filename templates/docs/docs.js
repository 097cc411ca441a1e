// Comforts only: the pages can be read without this file.

// Copy buttons appear only where there is a script to serve them.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.textContent;
  let timer;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    // Pages on plain http have no clipboard but the selection's.
    if (navigator.clipboard) await navigator.clipboard.writeText(source.textContent);
    else {
      getSelection().selectAllChildren(source);
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), 1600);
  });
}

// Search: a tool stays in view while every word is in its name, its title or one of its parameters.
const form = document.querySelector(".search");
if (form) {
  form.hidden = false;
  const input = form.querySelector("input");
  const found = document.getElementById("found");
  const nothing = document.getElementById("nothing");
  const links = new Map([...document.querySelectorAll(".contents li a")].map((link) => [link.hash.slice(1), link]));
  const sections = [...document.querySelectorAll(".section")].map((section) => ({
    section,
    tools: [...section.querySelectorAll(".tool")],
  }));
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { section, tools } of sections) {
      let here = 0;
      for (const tool of tools) {
        const fits = words.every((word) => tool.dataset.words.includes(word));
        tool.hidden = !fits;
        links.get(tool.id).parentElement.hidden = !fits;
        here += fits;
      }
      section.hidden = here === 0;
      links.get(section.id).parentElement.hidden = here === 0;
      count += here;
    }
    nothing.hidden = count > 0;
    document.body.classList.toggle("searching", words.length > 0);
    found.textContent = words.length ? `${count} ${count === 1 ? "tool" : "tools"}` : "";
  };
  input.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
    if (event.key === "Escape" && event.target === input) {
      input.value = "";
      search();
    }
  });
  // A link to a tool that the search has put away shows it again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target?.hidden) {
      input.value = "";
      search();
      target.scrollIntoView();
    }
  });
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
