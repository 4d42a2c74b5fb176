// The script of every page of ours: puts in what the extension sends, and keeps opened tables open.
const api = acquireVsCodeApi();
const main = document.querySelector("main");
let drawn = "";
/** Where the page was scrolled to when it was hidden. */
let scroll = api.getState()?.scroll ?? 0;

window.addEventListener("message", ({ data }) => {
  if (typeof data?.html !== "string" || data.html === drawn) return;
  drawn = data.html;
  const opened = [...main.querySelectorAll("section:has(details[open])")].map((each) => each.dataset.title);
  const focused = document.activeElement?.closest("section")?.dataset.title;
  main.innerHTML = data.html;
  for (const section of main.querySelectorAll("section")) {
    const details = section.querySelector("details");
    if (details && opened.includes(section.dataset.title)) details.open = true;
    if (details && focused === section.dataset.title) details.querySelector("summary").focus();
  }
  if (scroll > 0) window.scrollTo(0, scroll);
  scroll = 0;
});
window.addEventListener("scroll", () => api.setState({ scroll: window.scrollY }));
// Nothing that was sent before is known here: the extension sends what there is.
api.postMessage("ready");
