"use strict";
(function () {
  var PAGE = 50;
  var [NAME, OUTCOME, FINDINGS, LOST, REASON, OUTPUT] = [0, 1, 2, 3, 4, 5];
  var config = JSON.parse(document.getElementById("config").textContent);
  var rows = JSON.parse(document.getElementById("rows").textContent);
  var filters = document.getElementById("filters");
  var status = document.getElementById("status");
  var table = document.getElementById("table");
  var pager = document.getElementById("pager");
  var shown = rows, page = 0, missing = "";

  function count(number, noun) {
    return number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");
  }

  // A name that is no text is percent-encoded already; see rr_tasks/storage/names.py.
  function quote(path) {
    return path[0] === "\0" ? path.slice(1) : path.split("/").map(encodeURIComponent).join("/");
  }

  function display(path) { return path[0] === "\0" ? path.slice(1) : path; }

  // As in rr_tasks/display.py: nothing invisible turns the direction of what is read.
  function spell(text) {
    return text.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu, function (char) {
      return "\\u" + char.codePointAt(0).toString(16).padStart(4, "0");
    });
  }

  function say(finding) {
    var grade = config.grades.find(function (one) { return finding[1] <= one[0]; })[1];
    var certain = finding[2] === null ? "" : ", " + Math.floor(100 * finding[2]) + "% certain";
    return grade + " " + finding[0] + " (" + Math.round(finding[1]) + certain + ")";
  }

  function make(tag, text, label) {
    var made = document.createElement(tag);
    if (text) { made.textContent = spell(text); }
    if (label) { made.dataset.label = label; }
    return made;
  }

  function link(base, path, text) {
    var made = make("a", text);
    made.href = base + quote(path);
    return made;
  }

  /* The table: filters, pages. */

  function draw() {
    var body = make("tbody"), pages = Math.max(1, Math.ceil(shown.length / PAGE));
    page = Math.min(Math.max(page, 0), pages - 1);
    shown.slice(page * PAGE, (page + 1) * PAGE).forEach(function (row) { body.append(drawRow(row)); });
    table.replaceChild(body, table.tBodies[0]);
    status.textContent = shown.length === rows.length
      ? count(rows.length, "photograph")
      : shown.length.toLocaleString("en") + " of " + count(rows.length, "photograph");
    if (rows.length < config.total) {
      status.textContent += missing || "; loading " + config.total.toLocaleString("en") + " ...";
    }
    pager.hidden = pages === 1;
    pager.querySelector("input").value = page + 1;
    pager.querySelector("input").max = pages;
    pager.querySelector("span").textContent = "of " + pages.toLocaleString("en");
    pager.querySelectorAll("button").forEach(function (button) {
      var back = button.dataset.go === "first" || button.dataset.go === "previous";
      button.disabled = back ? page === 0 : page === pages - 1;
    });
  }

  function drawRow(row) {
    var drawn = make("tr"), name = make("td", display(row[NAME])), links = make("p"), files = make("td");
    name.className = "path";
    links.className = "links";
    links.append(link(config.originals, row[NAME], "Original"));
    if (row[OUTPUT] !== null) {
      links.append(link(config.outputs, row[OUTPUT], row[OUTCOME] === "restored" ? "Restored" : "Copy"));
    }
    var zoom = make("button", "Zoom");
    zoom.type = "button";
    zoom.addEventListener("click", function () { openDialog(row); });
    links.append(zoom);
    files.append(links);
    var left = row[OUTCOME] === "restored" || row[OUTCOME] === "failed" ? "" : "left alone: ";
    var none = row[OUTCOME] === "clean" ? "no degradation" : "";
    var diagnosis = row[FINDINGS].map(say).join(", ") || none;
    drawn.append(
      name,
      make("td", left + config.outcomes[row[OUTCOME]], "Outcome"),
      make("td", diagnosis, "Diagnosis"),
      make("td", row[LOST], "Lost"),
      make("td", row[REASON], "Note"),
      files
    );
    return drawn;
  }

  function selector() {
    var words = filters.elements.words.value.toLowerCase().trim();
    var outcome = filters.elements.outcome.value, type = filters.elements.type.value;
    var least = Number(filters.elements.least.value || 0);
    var most = Number(filters.elements.most.value || 100);
    var found = type || least > 0 || most < 100;
    return function (row) {
      if (outcome === "left" ? row[OUTCOME] === "restored" || row[OUTCOME] === "failed"
        : outcome && row[OUTCOME] !== outcome) { return false; }
      if (found && !row[FINDINGS].some(function (one) {
        return (!type || one[0] === type) && one[1] >= least && one[1] <= most;
      })) { return false; }
      return !words || [row[NAME], row[LOST], row[REASON]].some(function (text) {
        return text.toLowerCase().includes(words);
      });
    };
  }

  function filter() {
    shown = rows.filter(selector());
    draw();
  }

  function refilter() { page = 0; filter(); }

  pager.addEventListener("click", function (event) {
    var steps = { first: -Infinity, previous: -1, next: 1, last: Infinity };
    if (event.target.dataset.go) {
      page = Math.min(page + steps[event.target.dataset.go], shown.length);
      draw();
    }
  });
  pager.addEventListener("change", function (event) { page = Number(event.target.value) - 1; draw(); });
  filters.addEventListener("input", refilter);
  filters.addEventListener("submit", function (event) { event.preventDefault(); });
  filters.addEventListener("reset", function () { setTimeout(refilter); });
  filters.hidden = table.hidden = false;
  draw();

  /* The other rows are scripts beside this page, each of which calls addRows. */

  window.addRows = function (more) {
    var select = selector();
    rows = rows.concat(more);
    shown = shown.concat(more.filter(select));
  };

  function load(parts) {
    if (!parts.length) { return filter(); }
    var part = document.createElement("script");
    part.src = parts[0];
    part.onload = function () { draw(); load(parts.slice(1)); };
    part.onerror = function () {
      missing = "; the others are in the folder rows, which must lie beside this page";
      draw();
    };
    document.body.append(part);
  }
  load(config.parts);

  /* The gallery: a slider over each pair, or both side by side. */

  var layout = document.getElementById("layout");
  var pairs = document.querySelectorAll(".both");
  function slide(sliding) {
    pairs.forEach(function (pair) { pair.classList.toggle("slide", sliding); });
    layout.setAttribute("aria-pressed", String(!sliding));
  }
  if (layout) {
    pairs.forEach(function (pair) {
      var frame = pair.querySelector(".frame");
      pair.querySelector("input").addEventListener("input", function (event) {
        frame.style.setProperty("--cut", event.target.value + "%");
      });
    });
    layout.hidden = !pairs.length;
    layout.addEventListener("click", function () { slide(layout.getAttribute("aria-pressed") === "true"); });
    slide(true);
  }
  document.querySelectorAll(".pair").forEach(function (pair) {
    var button = pair.querySelector(".zoom"), links = pair.querySelectorAll(".links a");
    var images = pair.querySelectorAll("img");
    button.hidden = false;
    button.addEventListener("click", function () {
      showDialog(button.dataset.name, {
        original: { url: links[0].href, preview: images[0].src },
        output: links[1] && { url: links[1].href, preview: images[1].src }
      });
    });
  });

  /* The dialog: the files themselves, loaded when they are looked at. */

  var dialog = document.getElementById("dialog"), view = dialog.querySelector(".view");
  var sides = {}, side = "original", size = "fit";

  function openDialog(row) {
    showDialog(display(row[NAME]), {
      original: { url: config.originals + quote(row[NAME]) },
      output: row[OUTPUT] === null ? null : { url: config.outputs + quote(row[OUTPUT]) }
    });
  }

  function showDialog(name, files) {
    sides = files;
    side = files.output ? "output" : "original";
    document.getElementById("zoomed").textContent = spell(name);
    dialog.showModal();
    look();
  }

  function look() {
    dialog.querySelectorAll("[data-side]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.side === side));
      button.hidden = !sides[button.dataset.side];
    });
    var file = sides[side], image = new Image();
    var top = view.scrollTop, left = view.scrollLeft;
    image.alt = side === "original" ? "before restoration" : "after restoration";
    image.onload = function () {
      view.replaceChildren(image);
      resize();
      view.scrollTo(left, top);
    };
    image.onerror = function () {
      var note = make("p", "This browser cannot show the file, or it is not there. ");
      note.append(make("a", "Open it"));
      note.lastChild.href = file.url;
      view.replaceChildren(note);
      if (file.preview) {
        note.append(" Its small preview:");
        var small = new Image();
        small.src = file.preview;
        small.alt = image.alt;
        view.append(small);
      }
    };
    image.src = file.url;
  }

  function resize() {
    dialog.querySelectorAll("[data-size]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.size === size));
    });
    view.classList.toggle("fit", size === "fit");
    view.querySelectorAll("img").forEach(function (image) {
      // One pixel of the photograph on one of the screen, also where a CSS pixel has several.
      image.style.width = size === "fit" ? "" : image.naturalWidth / window.devicePixelRatio + "px";
    });
  }

  dialog.addEventListener("click", function (event) {
    var chosen = event.target.dataset;
    if ("close" in chosen) { dialog.close(); }
    if (chosen.side) { side = chosen.side; look(); }
    if (chosen.size) { size = chosen.size; resize(); }
  });
  dialog.addEventListener("close", function () { view.replaceChildren(); });
})();
