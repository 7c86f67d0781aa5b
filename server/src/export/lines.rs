//! A text broken into lines.

use super::{shape::width, sheet::Style};
use unicode_bidi::{BidiClass, bidi_class};

/// The text in lines no wider than this, broken at spaces and between thousands, else within a word; at most `most`
/// lines, the last one cut with an ellipsis.
pub(super) fn lines(text: &str, style: Style, room: f32, most: usize) -> Vec<String> {
    let wide = |line: &str| width(line, style.bold, style.size);
    let mut lines = vec![String::new()];
    // What comes after the last line that is shown is not measured: a text may be of any length.
    'text: for word in text.split_inclusive([' ', '-', '/', '_', ',']) {
        let fits = |line: &str, word: &str| wide(&format!("{line}{}", word.trim_end())) <= room;
        let last = lines.last_mut().filter(|last| fits(last, word));
        match last {
            Some(last) => last.push_str(word),
            None => {
                let mut line = String::new();
                for letter in word.chars() {
                    // A mark stays with the letter that it is on.
                    let is_mark = matches!(bidi_class(letter), BidiClass::NSM | BidiClass::BN);
                    if !is_mark && !fits(&line, &letter.to_string()) {
                        lines.push(std::mem::take(&mut line));
                        if lines.len() > most + 1 {
                            break 'text;
                        }
                    }
                    line.push(letter);
                }
                lines.push(line);
            }
        }
        if lines.len() > most + 1 {
            break;
        }
    }
    lines.retain(|line| !line.is_empty());
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && wide(&format!("{last}…")) > room {
                last.pop();
            }
            last.push('…');
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}
