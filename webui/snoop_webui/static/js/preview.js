// Mirador with one document; its settings are those of a reader who looks at annotations.
const place = document.getElementById("mirador");
const dark = getComputedStyle(document.documentElement).colorScheme === "dark";

window.Mirador?.viewer({
  id: "mirador",
  language: document.documentElement.lang,
  selectedTheme: dark ? "dark" : "light",
  workspaceControlPanel: { enabled: false },
  annotations: { htmlSanitizationRuleSet: "iiif", filteredMotivations: ["commenting", "tagging", "oa:commenting", "oa:tagging"] },
  window: { allowClose: false, allowMaximize: false, allowFullscreen: true, defaultSideBarPanel: "annotations", sideBarOpen: innerWidth > 700, highlightAllAnnotations: true, panels: { info: true, annotations: true, attribution: false, canvas: true, search: false, layers: false } },
  windows: [{ manifestId: new URL(place.dataset.manifest, location.href).href, thumbnailNavigationPosition: "far-bottom" }],
});
