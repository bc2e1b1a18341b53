
const buttons = [...document.querySelectorAll("button")];
const shown = new Set(buttons.filter((each) => each.getAttribute("aria-pressed") === "true").map((each) => each.dataset.show));
const cases = [...document.querySelectorAll("section details")];
const search = document.querySelector("input");
function apply() {
  for (const each of cases) {
    each.hidden = !shown.has(each.className) || !(each.id || each.textContent).includes(search.value);
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = !section.querySelector("details:not([hidden])");
  }
}
for (const button of buttons) {
  button.addEventListener("click", () => {
    const show = button.dataset.show;
    if (!shown.delete(show)) shown.add(show);
    button.setAttribute("aria-pressed", shown.has(show));
    apply();
  });
}
search.addEventListener("input", apply);
// The octets as hexadecimal digits, made when they are looked at: they are those of the escaped text.
function hex(text) {
  const octets = text.match(/\\x[0-9a-f]{2}|\\[rnt\\]|[^\\]/g) ?? [];
  const named = { r: "0d", n: "0a", t: "09", "\\": "5c" };
  return octets.map((octet) => octet.length === 4 ? octet.slice(2) : octet.length === 2 ? named[octet[1]]
    : octet.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
}
for (const each of cases) {
  each.addEventListener("toggle", () => {
    for (const pre of each.querySelectorAll("pre:not(.hex)")) {
      if (pre.nextElementSibling?.className === "hex") continue;
      const digits = document.createElement("pre");
      digits.className = "hex";
      digits.textContent = hex(pre.textContent);
      pre.after(digits);
    }
  });
}
// A link to a case shows it, whatever its verdict.
const linked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (linked) {
  shown.add(linked.className);
  linked.open = true;
  buttons.find((each) => each.dataset.show === linked.className)?.setAttribute("aria-pressed", "true");
}
apply();
linked?.scrollIntoView();
