/*
The rules on what a file may hold. `reason` is a code of attachments/scanning/reasons.py.

This is a policy, not an antivirus: it does not look into archives. Each rule runs on the file as
it was sent (`view` is "file") and on what the decoder took out of it ("contents": the members of
an Office document, the objects of a PDF, a text in UTF-8). `family` is that of the format
(attachments/uploads/formats.py).

A string of four bytes occurs by chance in one of 430 photos of ten megabytes (ten million places,
2^32 values). Longer ones are used, or short ones in the contents only.
*/

rule eicar
{
    meta:
        reason = "infected"
    strings:
        // The test file of the antivirus makers (eicar.org).
        $eicar = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
    condition:
        $eicar
}

rule program
{
    meta:
        reason = "executable"
    strings:
        $dos = "This program cannot be run in DOS mode"
        $dos2 = "This program must be run under Win32"
        $elf = { 7F 45 4C 46 (01 | 02) (01 | 02) 01 00 00 00 00 00 00 00 00 00 }
        $link = { 4C 00 00 00 01 14 02 00 00 00 00 00 C0 00 00 00 00 00 00 46 }
    condition:
        uint16(0) == 0x5A4D
        or uint32(0) == 0x464C457F
        or uint32(0) == 0xFEEDFACF or uint32be(0) == 0xCAFEBABE
        or any of them
}

rule script_file
{
    meta:
        reason = "executable"
    strings:
        $shebang = "#!/"
        $batch = /@echo off/ nocase
        $powershell = /powershell(\.exe)?\s{1,8}-/ nocase
    condition:
        family == "text" and ($shebang at 0 or $batch in (0..200) or $powershell)
}

rule script_in_image
{
    meta:
        reason = "script"
    strings:
        $script = "<script" nocase
        $script_wide = "<script" nocase wide
        $html = "<html>" nocase
        $doctype = "<!doctype html" nocase
        $svg = "<svg xmlns" nocase
        $php = "<?php " nocase
        $javascript = "javascript:" nocase
        // No pattern with a long loop: 32 MB of "<img " then took 20 s of processor (measured).
        $tag = /<(img|body|iframe|object|embed|video|details|input)[\s\/]/ nocase
        $handler = /\son(error|load|click|focus|toggle|begin|mouseover|pointerenter)[\s=]/ nocase
    condition:
        family == "image"
        and (any of ($script, $script_wide, $html, $doctype, $svg, $php, $javascript)
             or $tag and $handler)
}

rule gif_that_is_javascript
{
    meta:
        reason = "script"
    strings:
        // The first bytes of the width begin a comment, or an assignment.
        $comment = { 47 49 46 38 (37 | 39) 61 2F 2A }
        $assigned = { 47 49 46 38 (37 | 39) 61 3D }
    condition:
        $comment at 0 or $assigned at 0
}

rule page_as_text
{
    meta:
        reason = "script"
    strings:
        $script = "<script" nocase
        $html = "<html" nocase
        $doctype = "<!doctype" nocase
        $svg = "<svg" nocase
        $xml = "<?xml" nocase
        $php = "<?php" nocase
    condition:
        family == "text" and view == "contents" and any of them
}

rule macro
{
    meta:
        reason = "macro"
    strings:
        $office_2007 = "vbaProject.bin" nocase
        $excel_4 = "xl/macrosheets/" nocase
        $office_97 = "_VBA_PROJECT" wide
        $opendocument = "Basic/script-lc.xml"
        $opendocument_scripts = "Scripts/python/"
    condition:
        (family == "zip" or family == "ole") and any of them
}

rule active_pdf
{
    meta:
        reason = "active_pdf"
    strings:
        // The decoder undoes `#4A`-like escapes, and leaves out the pixels of images.
        $javascript = /\/(JavaScript|JS)[\s\/\(<\[>]/
        $launch = /\/(Launch|RichMedia)[\s\/\(<\[>]/
    condition:
        family == "pdf" and view == "contents" and any of them
}
