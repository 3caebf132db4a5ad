/*
The rules on what a file may hold. `reason` is a code of attachments/scanning/reasons.py.

This is a policy, not an antivirus: it does not look into archives. Each rule runs on the file as
it was sent (`view` is "file") and on what the decoder took out of it ("contents": the members of
an Office document, a text in UTF-8). `family` is that of the format
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
        // A text may begin with "MZ", or quote what a program says. A program is no text.
        family != "text" and family != "markup" and (
            uint16(0) == 0x5A4D
            or uint32(0) == 0x464C457F
            or uint32(0) == 0xFEEDFACF or uint32be(0) == 0xCAFEBABE
            or any of them
        )
}

rule script_file
{
    meta:
        reason = "executable"
    strings:
        // A script begins with its interpreter. A letter that speaks of one does not.
        $shebang = /#![ \t]{0,3}\/[a-z\/]{2,40}/
        $batch = /@?echo off\s/ nocase
        $powershell = /(cmd(\.exe)? \/c )?powershell(\.exe)?[ \t]{1,3}-/ nocase
        // A command that hides what it does, anywhere at the beginning of a line.
        $encoded = /[\r\n]powershell(\.exe)?\s[^\r\n]{0,60}-e[ncodema]{0,14}\s[A-Za-z0-9+\/=]{60}/ nocase
    condition:
        (family == "text" or family == "markup") and view == "contents"
        and ($shebang at 0 or $batch at 0 or $powershell at 0 or $encoded)
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
        // A whole element: a text may speak of `<script>`.
        $opened = /<(\w{1,10}:)?script(\s[^<>]{0,100})?>/ nocase
        $closed = /<\/(\w{1,10}:)?script\s{0,10}>/ nocase
    condition:
        family == "text" and view == "contents" and all of them
}

rule active_markup
{
    meta:
        reason = "script"
    strings:
        // A program opens these texts: Excel and Word a table, a browser or a reader the XML.
        $script = /<(\w{1,10}:)?script[\s>\/]/ nocase
        $object = /<(\w{1,10}:)?(iframe|object|embed|applet|frame)[\s>]/ nocase
        $javascript = /["'=]\s{0,8}(java|vb)script\s{0,8}:/ nocase
        $handler = /\son(load|error|click|focus|begin|mouse(over|enter)|toggle)\s{0,8}=/ nocase
        $stylesheet = "<?xml-stylesheet" nocase
        $entity = "<!ENTITY" nocase
        $xhtml = "http://www.w3.org/1999/xhtml" nocase
        $svg = "http://www.w3.org/2000/svg" nocase
    condition:
        family == "markup" and view == "contents" and any of them
}

rule macro_in_markup
{
    meta:
        reason = "macro"
    strings:
        // Word 2003 in XML, and what Word saves beside a page.
        $word_2003 = "macrosPresent=\"yes\"" nocase
        $data = "editdata.mso" nocase
        $supplement = ":docSuppData" nocase
    condition:
        family == "markup" and view == "contents" and any of them
}

