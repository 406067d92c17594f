//! `retort list-templates`

use clap::Args;
use serde_json::json;

use super::Context;
use crate::{
    command_error::CommandError,
    templates::{self, Origin},
};

/// List the templates that `revision --template` takes
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  retort list-templates  those of Retort and of the project")]
pub(crate) struct ListTemplatesArgs {}

pub(crate) fn run(_: &ListTemplatesArgs, context: &mut Context<'_>) -> Result<(), CommandError> {
    let settings = context.settings()?;
    let templates = templates::all(&settings, &context.backends.syntaxes())?;
    let default = &settings.new_files.template.name;
    if context.ui.is_json() {
        let templates = templates.iter().map(|template| {
            json!({
                "name": template.name,
                "synopsis": template.text.synopsis,
                "built_in": template.origin == Origin::BuiltIn,
                "path": match &template.origin {
                    Origin::BuiltIn => None,
                    Origin::File(path) => Some(path.display().to_string()),
                },
                "is_default": template.name == *default,
            })
        });
        return context.ui.json(&json!({ "templates": templates.collect::<Vec<_>>() }));
    }
    context.ui.line("Available templates:\n")?;
    for template in &templates {
        let is_default = if template.name == *default { ", the default" } else { "" };
        let synopsis = match &*template.text.synopsis {
            "" => String::new(),
            synopsis => format!(" - {synopsis}"),
        };
        context.ui.line(format_args!("{}{synopsis} ({}{is_default})", template.name, template.origin))?;
    }
    context.ui.note("\nTemplates are used via the 'revision' command, e.g.:\n\n  retort revision --template data -m \"...\"")
}
