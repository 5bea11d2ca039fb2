// The ledger: filter by verdict and by text, open what a link points to.
(() => {
  "use strict";

  const form = document.getElementById("filter"), words = document.getElementById("filter-text");
  const boxes = [...form.querySelectorAll("input[type=checkbox]")];
  const folded = (text) => text.toLowerCase().replace(/\s+/g, " ");
  const claims = [...document.querySelectorAll(".claim")].map((element) => ({
    element,
    details: element.querySelector("details"),
    text: folded([...element.querySelectorAll("summary, dl")].map((each) => each.textContent).join(" ")),
  }));

  function filter() {
    const wanted = folded(words.value).split(" ").filter(Boolean);
    const verdicts = boxes.filter((box) => box.checked).map((box) => box.value);
    let count = 0;
    for (const { element, text } of claims) {
      const chosen = verdicts.length === 0 || verdicts.includes(element.dataset.verdict);
      element.hidden = !(chosen && wanted.every((word) => text.includes(word)));
      count += element.hidden ? 0 : 1;
    }
    for (const chapter of document.querySelectorAll(".chapter"))
      chapter.hidden = !chapter.querySelector(".claim:not([hidden])");
    document.getElementById("filter-count").textContent = `${count} of ${claims.length} claims shown`;
  }

  function clear() {
    words.value = "";
    for (const box of boxes) box.checked = false;
    filter();
  }

  function openAll(open) {
    for (const { element, details } of claims) if (!element.hidden) details.open = open;
  }

  // A link may point into a closed entry, or into one that the filter hides.
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const entry = target?.closest(".claim");
    if (!entry) return;
    if (entry.hidden) clear();
    for (let each = target; each && each !== entry; each = each.parentElement)
      if (each.tagName === "DETAILS") each.open = true;
    entry.querySelector("details").open = true;
    target.scrollIntoView();
    (target === entry ? entry : target).querySelector("summary").focus({ preventScroll: true });
  }

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("filter-clear").addEventListener("click", clear);
  document.getElementById("open-all").addEventListener("click", () => openAll(true));
  document.getElementById("close-all").addEventListener("click", () => openAll(false));
  window.addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    // the same link again changes no hash
    if (event.target.closest?.("a")?.hash === location.hash && location.hash) setTimeout(reveal);
  });
  filter();
  reveal();
})();
