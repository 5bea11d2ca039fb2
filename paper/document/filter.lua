-- Long displayed formulas are shrunk to the width of the text in LaTeX; the Typst template does so itself.
function Math(element)
  if FORMAT:match("latex") and element.mathtype == "DisplayMath" and #element.text > 140 then
    local formula = element.text:gsub("%s+$", ""):gsub("^%s+", "")
    return pandoc.RawInline("latex", "\\[\\adjustbox{max width=\\linewidth}{$\\displaystyle " .. formula .. "$}\\]")
  end
end

-- The two classes of spans, ids of claims and how a step was checked, are commands of the template and the header.
function Span(element)
  local class = element.classes[1]
  if class ~= "claims" and class ~= "checked" then return nil end
  local typst = FORMAT:match("typst")
  local before = typst and ("#" .. class .. "[") or ("\\" .. class .. "{")
  local kind = typst and "typst" or "latex"
  local inlines = pandoc.List({ pandoc.RawInline(kind, before) })
  inlines:extend(element.content)
  inlines:insert(pandoc.RawInline(kind, typst and "]" or "}"))
  return inlines
end
