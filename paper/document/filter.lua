-- Long displayed formulas are shrunk to the width of the text in LaTeX; the Typst template does so itself.
function Math(element)
  if FORMAT:match("latex") and element.mathtype == "DisplayMath" and #element.text > 140 then
    local formula = element.text:gsub("%s+$", ""):gsub("^%s+", "")
    return pandoc.RawInline("latex", "\\[\\adjustbox{max width=\\linewidth}{$\\displaystyle " .. formula .. "$}\\]")
  end
end
